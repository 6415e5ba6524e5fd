"""TikTok's hashtags, from one of two providers."""
