"""One machine without Docker: its own services, the sources' simulator, and sample files.

An extra that production does not install. It adds commands to `shortdrama` by an entry point.
"""
