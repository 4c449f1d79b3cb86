"""Version schemes: one module each, with `key(text) -> bytes | None` whose byte order is the order of the versions.

None is a version that cannot be ordered. The encodings share the numbers and texts of `encoding.py`.
"""
