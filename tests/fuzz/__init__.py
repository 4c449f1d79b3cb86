"""Readers of hostile input, fed with mutated real input: `python -m tests.fuzz --seconds 60`."""
