"""Where options come from: defaults, file, environment, flags."""
