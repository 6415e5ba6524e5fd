"""The hashtag and Minis pulse."""
