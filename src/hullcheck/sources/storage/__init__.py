"""Images where engines store them, read without the engine."""
