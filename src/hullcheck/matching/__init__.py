"""From packages and advisories to findings."""
