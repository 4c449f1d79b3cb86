"""From a result to text, one module a format."""
