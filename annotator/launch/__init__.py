"""Starts and keeps the whole of Labelmill on one machine."""
