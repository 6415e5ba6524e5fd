"""TikTok Minis: files of our own schema."""
