r"""A result as JSON, and back without loss: what `docs/schema/` publishes.

The document is the records of `model`, their names in camelCase, with these rules:

* Texts, numbers and flags that a record may lack are left out where it lacks them; lists are always there,
  but for `excluded` and what an image's configuration may lack (`environment`, `entrypoint`, `history` and the like),
  which are left out where they are empty.
* An advisory stands once, in `advisories`, under a key made of its feed and id, by which matches name it.
* An image for several platforms has `images` in place of one. `platforms` of packages and findings are those that
  have them; a location names them only where its layer does not tell them.
* `command` of a location (the build command of its layer, at most 200 characters of it), `complete`, `passed`, `total`,
  where the layers of the image's base are known, `inherited` and `origins` (what comes from the base image, and what
  was added to it), and `platforms` of packages and findings and the `counts` of platforms follow from the rest: they
  are written for readers, and not read back.
* All is ASCII, so that no byte of a hostile name can steer the terminal that shows the document.

A name that is not UTF-8 is written with a visible `\udcff` for each of its odd bytes: the one loss.
"""

import re
from inspect import cleandoc

import msgspec

from hullcheck.codec.notation import SCHEMA_VERSION, Notation
from hullcheck.errors import MalformedFile
from hullcheck.model.result import ScanResult

__all__ = ["SCHEMA_VERSION", "decode", "encode", "json_schema"]

_SNAKE_CASE = re.compile(r"(?<=`)[a-z]+(?:_[a-z]+)+(?=`)")


def encode(result: ScanResult) -> bytes:
    """Return `result` as an indented JSON document; the same result gives the same bytes."""
    return Notation(result.target).write(result)


def decode(document: bytes, path: str = "result") -> ScanResult:
    """Return the result that `document`, which was read from `path`, holds. Raises `MalformedFile`."""
    try:
        _check_version(document, path)
        return Notation().read(document)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at `")
        raise MalformedFile(path, problem, place=place.removeprefix("$").removeprefix(".").rstrip("`")) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedFile(path, f"not JSON: {error}") from error


def json_schema() -> dict[str, object]:
    """Return the JSON Schema (draft 2020-12) of the document."""
    schema = msgspec.json.schema(Notation().result.type, schema_hook=lambda _: {"type": "string"})
    for definition in schema["$defs"].values():
        definition["description"] = _SNAKE_CASE.sub(_camel_case, cleandoc(definition["description"]))
    schema["$defs"]["ScanResult"]["properties"]["schemaVersion"] = {"const": SCHEMA_VERSION}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Result of a Hullcheck scan, version {SCHEMA_VERSION}",
        "description": cleandoc(__doc__ or ""),
        **schema,
    }


class _Version(msgspec.Struct, rename="camel"):
    schema_version: str


def _check_version(document: bytes, path: str) -> None:
    try:
        version = msgspec.json.decode(document, type=_Version).schema_version
    except msgspec.ValidationError as error:
        raise MalformedFile(path, f"not a result of Hullcheck: {error}") from error
    if version != SCHEMA_VERSION:
        problem = f"schema version {version!r} is not known, this Hullcheck reads {SCHEMA_VERSION}"
        raise MalformedFile(path, problem, place="schemaVersion")


def _camel_case(name: re.Match[str]) -> str:
    first, *rest = name[0].split("_")
    return first + "".join(map(str.title, rest))
