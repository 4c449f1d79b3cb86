"""From a target reference to layers and their wanted files, or from an SBOM to an inventory."""
