"""The advisory database: build, update, look up."""
