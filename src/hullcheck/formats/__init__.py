"""Readers of file formats: syntax and limits, never packages."""
