"""Checks against a JSON Schema."""

from collections.abc import Mapping

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]


def problems(schema: Mapping[str, object], document: object) -> list[str]:
    """Return what is wrong with `document`, or with `schema` itself."""
    Draft202012Validator.check_schema(schema)
    found = Draft202012Validator(schema).iter_errors(document)
    return [f"{error.json_path}: {error.message}" for error in found]
