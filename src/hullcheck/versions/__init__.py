"""Version schemes: one module each, with a `Scheme` whose keys are bytes that sort like the versions.

The encodings share the numbers and texts of `encoding.py`; `bounds.py` makes intervals of affected ranges.
"""
