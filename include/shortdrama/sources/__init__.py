"""The sources: how each is asked, what its answers look like, and how they become loads."""
