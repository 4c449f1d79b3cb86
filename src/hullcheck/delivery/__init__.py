"""Where reports and outputs go."""
