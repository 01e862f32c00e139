"""Turning a stranger's bytes into an upright sRGB picture, in a process that may be lost."""
