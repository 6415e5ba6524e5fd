"""The verdict on a build's marts, and people's decisions about it."""
