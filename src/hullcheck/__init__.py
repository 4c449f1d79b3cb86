"""Scanner and policy gate for container images and source code."""

__version__ = "0.1.0"
