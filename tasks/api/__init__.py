"""The clients' REST interface to projects, schemas, batches, images and archives."""
