"""The demonstration that `make up` loads: a client, a site with people, two projects, real photographs."""
