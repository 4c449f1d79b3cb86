"""Images of container engines on this machine, by the Docker Engine API, which Podman speaks as well."""
