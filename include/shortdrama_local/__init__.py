"""One machine without Docker: its own services, the sources' simulator, and sample files.

It is an extra that production does not install; an entry point adds its commands to `shortdrama`.
"""
