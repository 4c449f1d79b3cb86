"""Go modules that executables were linked from."""

import re
from collections.abc import Iterator

from hullcheck.ecosystems.golang.build_information import BuildInformation, Module, find_build_information
from hullcheck.ecosystems.golang.modules import (
    DEVELOPMENT,
    STDLIB,
    TOOLCHAIN,
    is_path,
    is_version,
    module_purl,
    release,
)
from hullcheck.formats.binary import read_executables
from hullcheck.model.package import Location, Package, Unread
from hullcheck.model.purl import purl_text
from hullcheck.model.source_file import SourceFile

# UPX leaves its mark behind the program headers, and calls sections UPX0, UPX1 where the format has to have some.
_PACKED = b"UPX!"
_PACKED_SECTION = "UPX0"
_START = 1024

# Variables that programs have their version put into when they are linked.
_VARIABLE = re.compile(r"""-X[ =]['"\\]{0,4}([\w./~-]{1,200})\.(\w{1,40})=([^\s'"\\]{1,100})""")
_VERSION_NAMES = frozenset({"appversion", "buildversion", "gitversion", "semver", "version"})
# Packages of other modules that keep the version of the program that they are linked into.
_VERSION_PACKAGES = frozenset({"github.com/prometheus/common/version", "k8s.io/component-base/version", "main"})
_TOOLS = "cmd/"
_SINGLE_FILES = "command-line-arguments"
_HINT_GO = "build it in a module, with Go 1.18 or later"
_HINT_PACKED = "unpack it with `upx -d`"
_UNKNOWN_BASE = "v0.0.0-"


def parse_executable(file: SourceFile) -> Iterator[Package | Unread]:
    """Yield the modules that `file` was linked from, and the standard library of its toolchain.

    A main module without version has "(devel)" for one. Modules that were replaced by a directory or belong to the
    same workspace have no version either, but are part of the main module's tree, and no packages.
    """
    seen: set[str] = set()
    for executable in read_executables(file):
        information = find_build_information(executable, file.content)
        if information is not None:
            # The parts of a universal file, for several architectures, have most packages in common.
            found = {purl_text(package.purl): package for package in _packages(information, file.path)}
            yield from (package for purl, package in found.items() if purl not in seen)
            seen.update(found)
            if not _lists_modules(information):
                yield Unread(Location(file.path), "a Go executable without a list of its modules", _HINT_GO)
        elif _PACKED in file.content[:_START] or executable.section(_PACKED_SECTION):
            yield Unread(Location(file.path), "packed by UPX, which hides what it was linked from", _HINT_PACKED)


def _lists_modules(information: BuildInformation) -> bool:
    """Say whether it is known which modules a program has: the tools of Go and programs that are single files outside
    of a module need none.
    """
    alone = information.package.startswith(_TOOLS) or information.package == _SINGLE_FILES
    return alone or information.main is not None or bool(information.modules)


def _packages(information: BuildInformation, path: str) -> Iterator[Package]:
    version = release(information.toolchain)
    if information != BuildInformation():
        yield _package(STDLIB, version, path)
    # The go command and its tools are released, and have their flaws, under a name of their own.
    if information.package.startswith(_TOOLS):
        yield _package(TOOLCHAIN, version, path)
    if information.main and is_path(information.main.path):
        yield _package(information.main.path, _main_version(information, information.main), path)
    for module in information.modules:
        if is_path(module.path) and is_version(module.version):
            yield _package(module.path, module.version, path)


def _package(name: str, version: str | None, path: str) -> Package:
    return Package(module_purl(name, version), (Location(path),), path)


def _main_version(information: BuildInformation, main: Module) -> str:
    """Return the version that the toolchain knows; where it only knows a commit or nothing, the one that the program
    was told, if it was told one.
    """
    if is_version(main.version) and not main.version.startswith(_UNKNOWN_BASE):
        return main.version
    told = {
        f"v{value.removeprefix('v')}"
        for package, name, value in _VARIABLE.findall(information.flags)
        if name.lower() in _VERSION_NAMES
        and (package in _VERSION_PACKAGES or f"{package}/".startswith(f"{main.path}/"))
    }
    version = told.pop() if len(told) == 1 else ""
    if is_version(version):
        return version
    return main.version if is_version(main.version) else DEVELOPMENT
