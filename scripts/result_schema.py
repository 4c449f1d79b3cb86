"""Write the JSON Schema of results to docs/schema/: run it when a record has changed.

A change that readers of older documents would not understand needs a new `SCHEMA_VERSION` in `codec.py`.
"""

import json
from pathlib import Path

from hullcheck import codec

FILE = Path(__file__).parents[1] / "docs" / "schema" / f"hullcheck-result-{codec.SCHEMA_VERSION}.schema.json"


def text() -> str:
    """Return what the file should hold."""
    return json.dumps(codec.json_schema(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text(), encoding="utf-8")
    print(FILE)
