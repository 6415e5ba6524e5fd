"""What every room uses: settings, clock, windows, errors."""
