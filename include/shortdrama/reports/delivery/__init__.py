"""When an edition is due, to whom it was sent, and what is done when it cannot be sent."""
