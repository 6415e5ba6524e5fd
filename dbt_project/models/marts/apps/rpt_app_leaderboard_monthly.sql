{{ app_leaderboard('monthly') }}
