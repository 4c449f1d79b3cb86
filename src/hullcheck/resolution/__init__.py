"""From requirements without a version to packages, or to stated gaps."""
