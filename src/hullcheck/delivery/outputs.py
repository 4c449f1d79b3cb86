"""Outputs that later steps of a pipeline use (SPEC.md, section 4)."""

import re
from collections.abc import Iterable, Mapping

from hullcheck.model.result import ScanResult

# What a line-based reader, or a terminal, could take for the end of a value.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def outputs(result: ScanResult, paths: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the outputs of `result` in their documented order; `paths` holds the file of each report by its format."""
    counts = result.counts
    return (
        ("vulnerability_count", str(counts.total)),
        ("critical_count", str(counts.critical)),
        ("high_count", str(counts.high)),
        ("medium_count", str(counts.medium)),
        ("low_count", str(counts.low)),
        ("policy_result", result.decision.action.value),
        ("scan_passed", str(result.decision.passed).lower()),
        ("sarif_path", paths.get("sarif", "")),
        ("json_path", paths.get("json", "")),
        ("sbom_path", paths.get("cyclonedx", "") or paths.get("spdx", "")),
    )


def as_lines(values: Iterable[tuple[str, str]]) -> str:
    """Return `values` as KEY=value lines; what could end a line in a value becomes "_"."""
    return "".join(f"{key}={_CONTROL.sub('_', value)}\n" for key, value in values)
