"""Who is asked for an image that is no file, by the names that the user and the result give them."""

DOCKER = "docker"
PODMAN = "podman"
CONTAINERD = "containerd"
REGISTRY = "registry"

PROVIDERS = frozenset({DOCKER, PODMAN, CONTAINERD, REGISTRY})
