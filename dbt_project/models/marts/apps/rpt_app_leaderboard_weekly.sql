{{ app_leaderboard('weekly') }}
