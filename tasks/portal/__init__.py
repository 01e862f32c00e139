"""The client's pages about projects, label schemas and batches."""
