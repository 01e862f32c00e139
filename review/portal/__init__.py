"""The client's pages about results and releases."""
