import json

from tests.unit.inventory.trees import tree

from hullcheck.inventory.take import take
from hullcheck.model.inventory import Inventory
from hullcheck.model.target import TargetKind

CRATE = '[[package]]\nname = "{}"\nversion = "1.0.0"\nsource = "registry+x"\n'
COPY = {
    "vendor/copied/.cargo-checksum.json": "{}",
    "vendor/copied/Cargo.lock": CRATE.format("developed-with"),
    "vendor/copied/Cargo.toml": '[dev-dependencies]\ntested-with = "1"\n',
    "vendor/copied/web/package.json": json.dumps({"dependencies": {"shown-with": "^1"}}),
}


def found(files: dict[str, str]) -> Inventory:
    return take([tree(files)], TargetKind.REPOSITORY)


def names(inventory: Inventory) -> list[str]:
    return [package.purl.name for package in inventory.packages] + [one.purl.name for one in inventory.requirements]


def test_what_a_copied_crate_is_developed_with_is_not_needed() -> None:
    assert names(found({"Cargo.lock": CRATE.format("copied"), **COPY})) == ["copied"]


def test_the_folder_of_a_copy_can_have_its_version() -> None:
    copy = {path.replace("/copied/", "/copied-0.1.0-rc.1/"): text for path, text in COPY.items()}
    assert names(found({"Cargo.lock": CRATE.format("copied"), **copy})) == ["copied"]


def test_a_copy_that_no_lock_file_names_is_all_there_is_to_see() -> None:
    assert names(found(COPY)) == ["developed-with", "tested-with", "shown-with"]
    assert names(found({"Cargo.lock": CRATE.format("other"), **COPY})) == [
        *("developed-with", "other"),
        *("tested-with", "shown-with"),
    ]


def test_a_copy_does_not_name_itself_or_others() -> None:
    lock = CRATE.format("developed-with") + CRATE.format("copied") + CRATE.format("inner")
    inner = {path.replace("vendor/copied", "vendor/copied/inner"): text for path, text in COPY.items()}
    files = {**COPY, **inner, "vendor/copied/Cargo.lock": lock}
    assert set(names(found(files))) == {"copied", "developed-with", "inner", "tested-with", "shown-with"}


def test_an_unread_file_in_a_copy_is_no_gap() -> None:
    files = {"Cargo.lock": CRATE.format("copied"), "vendor/copied/yarn.lock": "", "yarn.lock": "", **COPY}
    assert [gap.subject for gap in found(files).gaps] == ["yarn.lock"]
