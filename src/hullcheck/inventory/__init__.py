"""From the files of a target to its packages."""
