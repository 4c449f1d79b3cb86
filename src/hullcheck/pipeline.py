"""The only module that knows all stages."""
