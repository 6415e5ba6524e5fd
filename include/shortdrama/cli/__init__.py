"""The command line: arguments and printing, nothing else. One file per group of commands."""
