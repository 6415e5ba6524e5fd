"""What every room stands on: settings, clock, windows, errors."""
