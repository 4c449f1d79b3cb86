"""Package ecosystems: a folder each, listed in `table.py`."""
