"""The way to the SMTP server, for reports and alerts alike."""
