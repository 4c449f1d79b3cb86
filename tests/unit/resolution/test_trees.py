"""Manifests and lock files as their tools write them, from the files to what is known and what is not."""

import pytest
from tests.unit.ecosystems.cases import CASES, Case
from tests.unit.inventory.trees import Listing

from hullcheck.inventory.take import take
from hullcheck.model.gap import GapKind
from hullcheck.model.target import TargetKind
from hullcheck.resolution.resolve import resolve


@pytest.mark.parametrize(
    ("case", "packages", "unresolved"),
    [
        ("cargo/vendored", {"cfg-if@1.0.0", "developed@0.5.0"}, []),
        (
            "npm/workspace",
            {"fsevents@2.3.2", "inherits@2.0.4", "minimist@0.0.8", "once@1.4.0", "wrappy@1.0.2"},
            ["outside"],
        ),
        ("pypi/requirements-compiled", {"classified@2.0rc1", "modern-package-name@1.2.3"}, []),
    ],
)
def test_what_is_locked_is_known(case: str, packages: set[str], unresolved: list[str]) -> None:
    inventory = resolve(take([Listing(tuple(Case(CASES / case).files()))], TargetKind.REPOSITORY))
    assert {f"{package.purl.name}@{package.purl.version}" for package in inventory.packages} == packages
    open_ends = [gap.subject for gap in inventory.gaps if gap.kind is GapKind.UNRESOLVED]
    assert [subject.partition("/")[0] for subject in open_ends] == unresolved
    assert len(inventory.gaps) == len(open_ends)
