from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from packageurl import PackageURL
from tests.unit.inventory.trees import Listing, tree

from hullcheck.errors import ImageError
from hullcheck.inventory.take import finish, take, take_each
from hullcheck.model.coverage import Examined
from hullcheck.model.gap import Gap, GapKind
from hullcheck.model.inventory import Inventory
from hullcheck.model.layer import Layer
from hullcheck.model.package import Distribution, Location, Package
from hullcheck.model.source_file import SourceFile, Wants
from hullcheck.model.target import TargetKind
from hullcheck.model.tree import Entry, Hidden, Keeping

DEBIAN = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
ALPINE = "ID=alpine\nVERSION_ID=3.15.0\n"
STATUS = "var/lib/dpkg/status"
BUSYBOX = "P:busybox\nV:1.34.1-r4\nA:x86_64\no:busybox\n"


def stanza(name: str, version: str = "1-1", **fields: str) -> str:
    lines = {"Package": name, "Status": "install ok installed", "Version": version, "Architecture": "amd64", **fields}
    return "".join(f"{key}: {value}\n" for key, value in lines.items())


def manifest(name: str, version: str = "1.0.0") -> str:
    return f'{{"name": "{name}", "version": "{version}"}}'


def image(*layers: Listing) -> Inventory:
    return take(layers, TargetKind.IMAGE)


def purls(inventory: Inventory) -> list[str]:
    return [package.purl.to_string() for package in inventory.packages]


def kinds(inventory: Inventory) -> list[GapKind]:
    return [gap.kind for gap in inventory.gaps]


class TestDistribution:
    def test_packages_of_the_operating_system_have_its_name_and_release(self) -> None:
        status = stanza("bash", "5.2.15-2+b8", Source="bash (5.2.15-2)")
        found = image(tree({"usr/lib/os-release": DEBIAN, STATUS: status}, "1"))
        assert purls(found) == [
            "pkg:deb/debian/bash@5.2.15-2%2Bb8?arch=amd64&distro=debian-12&upstream=bash%405.2.15-2"
        ]
        assert found.gaps == ()

    def test_so_have_those_of_alpine(self) -> None:
        found = image(tree({"etc/os-release": ALPINE, "lib/apk/db/installed": BUSYBOX}, "1"))
        assert purls(found) == ["pkg:apk/alpine/busybox@1.34.1-r4?arch=x86_64&distro=alpine-3.15.0&upstream=busybox"]

    def test_a_distribution_without_release_stands_alone_in_the_purl(self) -> None:
        found = image(tree({"etc/os-release": "ID=debian\n", STATUS: stanza("bash")}, "1"))
        assert purls(found) == ["pkg:deb/debian/bash@1-1?arch=amd64&distro=debian"]

    def test_packages_of_languages_have_no_distribution(self) -> None:
        found = image(
            tree({"etc/os-release": DEBIAN, STATUS: stanza("a"), "app/node_modules/b/package.json": manifest("b")})
        )
        assert purls(found) == ["pkg:deb/debian/a@1-1?arch=amd64&distro=debian-12", "pkg:npm/b@1.0.0"]

    def test_the_lower_layer_may_bring_the_packages_and_the_upper_the_distribution(self) -> None:
        found = image(tree({STATUS: stanza("a")}, "1"), tree({"etc/os-release": DEBIAN}, "2"))
        assert purls(found) == ["pkg:deb/debian/a@1-1?arch=amd64&distro=debian-12"]
        assert found.distribution is not None
        assert found.distribution.location == Location("etc/os-release", "2")

    @pytest.mark.parametrize(
        ("files", "path"),
        [
            ({"etc/os-release": "ID=one\n", "usr/lib/os-release": "ID=two\n"}, "etc/os-release"),
            ({"usr/lib/os-release": "ID=one\n", "etc/lsb-release": "DISTRIB_ID=Two\n"}, "usr/lib/os-release"),
            ({"etc/lsb-release": "DISTRIB_ID=Ubuntu\n", "etc/debian_version": "bookworm/sid\n"}, "etc/lsb-release"),
            ({"etc/os-release": "NAME=none\n", "etc/debian_version": "12.1\n"}, "etc/debian_version"),
            ({"etc/os-release": "", "etc/alpine-release": "3.18.4\n"}, "etc/alpine-release"),
            ({"etc/centos-release": "CentOS release 6.10 (Final)\n"}, "etc/centos-release"),
        ],
    )
    def test_the_file_that_knows_best_decides(self, files: dict[str, str], path: str) -> None:
        distribution = image(tree(files)).distribution
        assert distribution is not None
        assert distribution.location.path == path

    def test_packages_without_a_distribution_are_a_gap(self) -> None:
        found = image(tree({STATUS: stanza("a") + "\n" + stanza("b"), "lib/apk/db/installed": BUSYBOX}))
        assert purls(found)[1] == "pkg:deb/a@1-1?arch=amd64"
        assert [(gap.kind, gap.subject) for gap in found.gaps] == [
            (GapKind.UNKNOWN_DISTRIBUTION, "pkg:apk"),
            (GapKind.UNKNOWN_DISTRIBUTION, "pkg:deb"),
        ]
        assert found.gaps[1].reason.startswith("2 packages")

    def test_a_distribution_without_packages_is_a_gap(self) -> None:
        found = image(tree({"etc/os-release": DEBIAN, "app/node_modules/b/package.json": manifest("b")}, "1"))
        assert [(gap.kind, gap.subject, gap.layer) for gap in found.gaps] == [
            (GapKind.NOTHING_FOUND, "etc/os-release", "1")
        ]


class TestLayers:
    def test_every_location_has_its_layer(self) -> None:
        lower = tree({"etc/os-release": DEBIAN, STATUS: stanza("a")}, "1")
        upper = tree({"app/node_modules/b/package.json": manifest("b")}, "2")
        assert [package.locations for package in image(lower, upper).packages] == [
            (Location(STATUS, "1"),),
            (Location("app/node_modules/b/package.json", "2"),),
        ]

    def test_the_package_database_of_the_upper_layer_counts(self) -> None:
        lower = tree({"etc/os-release": DEBIAN, STATUS: stanza("a", "1-1") + "\n" + stanza("gone")}, "1")
        found = image(lower, tree({STATUS: stanza("a", "1-2")}, "2"))
        assert [package.purl.version for package in found.packages] == ["1-2"]
        assert found.examined == (Examined("dpkg-status", 1, 1), Examined("os-release", 1, 0))

    def test_what_is_deleted_is_not_found(self) -> None:
        lower = tree({"etc/os-release": DEBIAN, STATUS: stanza("a"), "app/node_modules/b/package.json": manifest("b")})
        assert purls(image(lower, tree({}, "2", Hidden("app")))) == ["pkg:deb/debian/a@1-1?arch=amd64&distro=debian-12"]

    def test_a_malformed_file_that_is_deleted_is_no_gap(self) -> None:
        lower = tree({"etc/os-release": DEBIAN, STATUS: stanza("a"), "app/node_modules/b/package.json": "{"}, "1")
        assert [(gap.kind, gap.subject, gap.layer) for gap in image(lower).gaps] == [
            (GapKind.MALFORMED, "app/node_modules/b/package.json", "1")
        ]
        assert image(lower, tree({}, "2", Hidden("app/node_modules"))).gaps == ()

    def test_the_stanzas_around_a_malformed_one_are_found(self) -> None:
        status = "\n".join((stanza("a"), "Package: b\nStatus: install ok installed\n", stanza("c")))
        found = image(tree({"etc/os-release": DEBIAN, STATUS: status}))
        assert [package.purl.name for package in found.packages] == ["a", "c"]
        assert found.gaps == (Gap(GapKind.MALFORMED, STATUS, "line 6: no field Version"),)

    def test_a_package_in_several_files_of_an_application_is_one(self) -> None:
        files = {f"app/node_modules/{path}/package.json": manifest("b") for path in ("z/node_modules/b", "b")}
        lower, upper = (
            tree({**files, "etc/os-release": DEBIAN, STATUS: stanza("a")}, "1"),
            tree({"app/node_modules/y/node_modules/b/package.json": manifest("b")}, "2"),
        )
        assert image(lower, upper).packages[1].locations == (
            Location("app/node_modules/b/package.json", "1"),
            Location("app/node_modules/y/node_modules/b/package.json", "2"),
            Location("app/node_modules/z/node_modules/b/package.json", "1"),
        )


class TestOrigin:
    def layers_of(self, *layers: Listing) -> dict[str, str]:
        return {package.purl.name: package.locations[0].layer for package in image(*layers).packages}

    def test_a_package_is_of_the_layer_that_brought_it_not_of_the_one_that_wrote_the_database_last(self) -> None:
        base = tree({"etc/os-release": DEBIAN, STATUS: stanza("bash") + "\n" + stanza("tar")}, "1")
        more = tree({STATUS: "\n".join(map(stanza, ("bash", "curl", "tar")))}, "2")
        last = tree({STATUS: "\n".join((stanza("bash"), stanza("curl"), stanza("tar", "2-1"), stanza("zip")))}, "3")
        assert self.layers_of(base, more, last) == {"bash": "1", "curl": "2", "tar": "3", "zip": "3"}

    def test_what_was_removed_and_came_back_is_of_the_layer_that_brought_it_back(self) -> None:
        files = {"etc/os-release": DEBIAN, STATUS: stanza("bash") + "\n" + stanza("zip")}
        without, again = tree({STATUS: stanza("bash")}, "2"), tree({STATUS: files[STATUS]}, "3")
        assert self.layers_of(tree(files, "1"), without, again) == {"bash": "1", "zip": "3"}


class TestOwnership:
    MANIFEST = "usr/lib/node_modules/b/package.json"

    def found(self, listed: str, path: str = MANIFEST, status: str = stanza("node-b"), text: str = "") -> Inventory:
        files = {
            "etc/os-release": DEBIAN,
            STATUS: status,
            "var/lib/dpkg/info/node-b.list": f"/.\n/usr\n{listed}\n",
            path: text or manifest("b"),
        }
        return image(tree(files, "1"))

    def names(self, inventory: Inventory) -> list[str]:
        return [package.purl.name for package in inventory.packages]

    def test_a_package_in_a_file_of_an_installed_package_is_that_package(self) -> None:
        assert self.names(self.found(f"/{self.MANIFEST}")) == ["node-b"]

    def test_a_package_in_another_file_is_its_own(self) -> None:
        assert self.names(self.found("/usr/lib/node_modules/b/other.json")) == ["node-b", "b"]

    def test_the_list_of_a_package_that_is_not_installed_owns_nothing(self) -> None:
        removed = stanza("node-b", Status="deinstall ok config-files") + "\n" + stanza("a")
        assert self.names(self.found(f"/{self.MANIFEST}", status=removed)) == ["a", "b"]

    @pytest.mark.parametrize(
        ("listed", "path"),
        [
            ("/lib/node_modules/b/package.json", "usr/lib/node_modules/b/package.json"),
            ("/usr/lib/node_modules/b/package.json", "lib/node_modules/b/package.json"),
            ("/lib64/node_modules/b/package.json", "usr/lib64/node_modules/b/package.json"),
        ],
    )
    def test_directories_that_moved_into_usr_are_the_same(self, listed: str, path: str) -> None:
        assert self.names(self.found(listed, path)) == ["node-b"]

    def test_other_directories_of_usr_are_not_those_at_the_root(self) -> None:
        assert self.names(self.found("/opt/node_modules/b/package.json", "usr/opt/node_modules/b/package.json")) == [
            "node-b",
            "b",
        ]

    @pytest.mark.parametrize("maintainer", ["Debian Team <team@lists.debian.org>", "Ubuntu Developers <a@b.example>"])
    def test_a_package_of_the_distribution_owns_its_files(self, maintainer: str) -> None:
        status = stanza("node-b", Maintainer=maintainer)
        assert self.names(self.found(f"/{self.MANIFEST}", status=status)) == ["node-b"]

    def test_what_somebody_else_packaged_is_not_patched_by_the_distribution(self) -> None:
        status = stanza("node-b", Maintainer="Vendor <packages@vendor.example>")
        assert self.names(self.found(f"/{self.MANIFEST}", status=status)) == ["node-b", "b"]

    def test_a_package_that_is_also_elsewhere_is_its_own(self) -> None:
        files = {
            "etc/os-release": DEBIAN,
            STATUS: stanza("node-b"),
            "var/lib/dpkg/info/node-b.list": "/srv/node_modules/b/package.json\n",
            "srv/node_modules/b/package.json": manifest("b"),
            "srv/node_modules/c/node_modules/b/package.json": manifest("b"),
        }
        found = image(tree(files))
        assert [len(package.locations) for package in found.packages if package.purl.name == "b"] == [2]

    def test_what_a_layer_above_writes_in_the_place_of_a_file_is_its_own(self) -> None:
        system = {
            "etc/os-release": DEBIAN,
            STATUS: stanza("node-b"),
            "var/lib/dpkg/info/node-b.list": f"/{self.MANIFEST}\n",
            self.MANIFEST: manifest("b"),
        }
        upgraded = tree({self.MANIFEST: manifest("b", "2.0.0")}, "2")
        assert self.names(image(tree(system, "1"), upgraded)) == ["node-b", "b"]

    def test_a_malformed_file_of_an_installed_package_is_no_gap(self) -> None:
        assert self.found(f"/{self.MANIFEST}", text="{").gaps == ()
        assert kinds(self.found("/other", text="{")) == [GapKind.MALFORMED]

    def test_a_malformed_file_of_the_system_itself_is_a_gap_whoever_owns_it(self) -> None:
        files = {
            "etc/os-release": "no assignment",
            "etc/debian_version": "12.1\n",
            STATUS: stanza("base-files"),
            "var/lib/dpkg/info/base-files.list": "/etc/os-release\n",
        }
        assert [(gap.kind, gap.subject) for gap in image(tree(files)).gaps] == [(GapKind.MALFORMED, "etc/os-release")]

    def test_files_of_alpine_are_owned_too(self) -> None:
        installed = f"{BUSYBOX}\nP:npm\nV:1-r0\nF:usr/lib/node_modules/b\nR:package.json\n"
        found = image(tree({"etc/os-release": ALPINE, "lib/apk/db/installed": installed, self.MANIFEST: manifest("b")}))
        assert self.names(found) == ["busybox", "npm"]

    def test_so_are_those_of_an_image_without_package_manager(self) -> None:
        files = {
            "etc/os-release": DEBIAN,
            "var/lib/dpkg/status.d/node-b": "Package: node-b\nVersion: 1\n",
            "var/lib/dpkg/status.d/node-b.md5sums": f"{'0' * 32}  {self.MANIFEST}\n",
            self.MANIFEST: manifest("b"),
        }
        assert self.names(image(tree(files))) == ["node-b"]


class TestAbsence:
    @pytest.mark.parametrize("kind", [TargetKind.IMAGE, TargetKind.REPOSITORY, TargetKind.ROOTFS])
    def test_nothing_at_all_is_a_gap(self, kind: TargetKind) -> None:
        assert kinds(take([tree({"a.txt": ""})], kind)) == [GapKind.NOTHING_FOUND]
        assert kinds(take([], kind)) == [GapKind.NOTHING_FOUND]

    def test_a_lock_file_without_packages_is_something(self) -> None:
        found = take([tree({"package-lock.json": '{"lockfileVersion": 3, "packages": {}}'})], TargetKind.REPOSITORY)
        assert found.packages == ()
        assert found.gaps == ()

    def test_an_executable_is_no_manifest(self) -> None:
        binary = SourceFile("bin/a", b"\x7fELF".ljust(200, b"\0"), 0o755)
        found = take([Listing((binary,))], TargetKind.REPOSITORY)
        assert GapKind.NOTHING_FOUND in kinds(found)

    def test_packages_without_an_operating_system_are_something(self) -> None:
        assert image(tree({"app/node_modules/b/package.json": manifest("b")})).gaps == ()

    def test_source_trees_are_not_searched_for_what_is_installed(self) -> None:
        found = take([tree({"etc/os-release": DEBIAN, STATUS: stanza("a")})], TargetKind.REPOSITORY)
        assert found.packages == ()
        assert found.distribution is None

    def test_what_the_source_could_not_read_is_a_gap(self) -> None:
        unreadable = Gap(GapKind.UNREADABLE, "app", "no permission")
        files = {"etc/os-release": DEBIAN, STATUS: stanza("a")}
        assert image(tree(files, "1", unreadable)).gaps == (Gap(GapKind.UNREADABLE, "app", "no permission", layer="1"),)

    def test_a_gap_of_several_analyzers_is_one(self) -> None:
        gap = Gap(GapKind.LIMIT, "a", "too many files")
        files = {"etc/os-release": DEBIAN, STATUS: stanza("a")}
        assert image(tree(files, "1", gap, gap)).gaps == (Gap(GapKind.LIMIT, "a", "too many files", layer="1"),)


class TestOrder:
    def test_the_order_of_the_files_makes_no_difference(self) -> None:
        files = {
            "etc/os-release": DEBIAN,
            STATUS: stanza("b") + "\n" + stanza("a"),
            "x/node_modules/b/package.json": manifest("b"),
            "x/node_modules/a/package.json": "{",
            "y/node_modules/a/package.json": manifest("a"),
        }
        forward, backward = image(tree(files)), image(tree(dict(reversed(files.items()))))
        assert forward == backward
        assert [(package.purl.name, package.place) for package in forward.packages] == [
            ("a", ""),
            ("b", ""),
            ("a", "y"),
            ("b", "x"),
        ]


class TestSbom:
    def package(self, purl: str, **fields: object) -> Package:
        return Package(PackageURL.from_string(purl), (Location("bom.json"),), **fields)  # type: ignore[arg-type]

    def test_packages_are_sorted_and_each_is_one(self) -> None:
        one, two = self.package("pkg:npm/a@1"), self.package("pkg:npm/b@1")
        assert finish(Inventory((two, one, two))).packages == (one, two)

    def test_its_distribution_is_that_of_its_packages(self) -> None:
        distribution = Distribution("debian", "12", "Debian", "", (), Location("bom.json"))
        found = finish(Inventory((self.package("pkg:deb/a@1?arch=amd64"),), distribution=distribution))
        assert purls(found) == ["pkg:deb/debian/a@1?arch=amd64&distro=debian-12"]
        assert found.gaps == ()

    def test_what_a_purl_says_stays(self) -> None:
        distribution = Distribution("debian", "12", "Debian", "", (), Location("bom.json"))
        packages = (self.package("pkg:deb/ubuntu/a@1?distro=ubuntu-22.04"), self.package("pkg:deb/ubuntu/b@1"))
        assert purls(finish(Inventory(packages, distribution=distribution))) == [
            "pkg:deb/ubuntu/a@1?distro=ubuntu-22.04",
            "pkg:deb/ubuntu/b@1?distro=ubuntu",
        ]

    def test_the_release_is_written_in_one_form(self) -> None:
        found = finish(Inventory((self.package("pkg:apk/alpine/a@1?distro=3.18.4"),)))
        assert purls(found) == ["pkg:apk/alpine/a@1?distro=alpine-3.18.4"]

    def test_a_distribution_without_release_stays_so(self) -> None:
        found = finish(Inventory((self.package("pkg:deb/debian/a@1?distro=debian"),)))
        assert purls(found) == ["pkg:deb/debian/a@1?distro=debian"]
        assert found.distribution is not None
        assert (found.distribution.version, found.distribution.name) == ("", "debian")

    def test_an_inventory_that_is_finished_stays_as_it_is(self) -> None:
        found = image(tree({"etc/os-release": DEBIAN, STATUS: stanza("a")}, "1"))
        assert finish(replace(found, examined=())) == replace(found, examined=())

    def test_the_distribution_is_taken_from_the_packages_where_the_sbom_has_none(self) -> None:
        packages = (
            self.package("pkg:deb/debian/a@1?distro=debian-12.5"),
            self.package("pkg:deb/debian/b@1?distro=debian-12.5"),
            self.package("pkg:deb/debian/c@1?distro=debian-11"),
            self.package("pkg:deb/d@1"),
            self.package("pkg:npm/e@1?distro=debian-10"),
        )
        found = finish(Inventory(packages))
        assert found.distribution is not None
        assert (found.distribution.id, found.distribution.version) == ("debian", "12.5")
        assert "pkg:deb/debian/d@1?distro=debian-12.5" in purls(found)

    def test_packages_of_a_system_that_nobody_names_are_a_gap(self) -> None:
        assert kinds(finish(Inventory((self.package("pkg:deb/a@1"),)))) == [GapKind.UNKNOWN_DISTRIBUTION]

    def test_an_sbom_without_packages_is_a_gap(self) -> None:
        assert kinds(finish(Inventory(()))) == [GapKind.NOTHING_FOUND]

    def test_gaps_of_the_reader_stay(self) -> None:
        gap = Gap(GapKind.UNSUPPORTED, "a", "no purl")
        assert finish(Inventory((self.package("pkg:npm/a@1"),), gaps=(gap,))).gaps == (gap,)


@dataclass(frozen=True)
class Watched:
    """A layer that notes when it is read."""

    told: Listing
    digest: str = ""
    reads: list[str] = field(default_factory=list)
    fails: bool = False

    @property
    def layer(self) -> Layer:
        return Layer(self.told.diff_id, self.digest, 0, "", "")

    @property
    def keeping(self) -> Keeping | None:
        return None

    def entries(self, wants: Wants) -> Iterator[Entry]:
        self.reads.append(f"{self.told.diff_id} {self.digest}".strip())
        if self.fails:
            raise ImageError(f"layer {self.told.diff_id}: is damaged")
        yield from self.told.entries(wants)


class TestPlatforms:
    """Several images of which each is one for another platform."""

    def test_each_is_what_it_is_alone(self) -> None:
        low = tree({"etc/os-release": DEBIAN, STATUS: stanza("a")}, "1")
        removed = tree({}, "2", Hidden(STATUS))
        other = tree({STATUS: stanza("b"), "etc/os-release": ALPINE}, "3")
        platforms = {"amd": (low, removed), "arm": (low, other), "s390x": (low,)}
        found = take_each(platforms, TargetKind.IMAGE)
        assert found == tuple(image(*layers) for layers in platforms.values())
        assert [kinds(it) for it in found] == [[GapKind.NOTHING_FOUND], [], []]

    def test_a_layer_that_several_have_is_read_once_and_when_it_is_needed(self) -> None:
        reads: list[str] = []
        it = {name: Watched(tree({STATUS: stanza(name)}, name), reads=reads) for name in "sabt"}
        take_each({"amd": (it["s"], it["a"]), "arm": (it["s"], it["b"]), "x": (it["s"], it["t"])}, TargetKind.IMAGE)
        assert [sorted(reads[:2]), reads[2:]] == [["a", "s"], ["b", "t"]]

    def test_a_blob_that_is_said_to_hold_something_else_is_read_again(self) -> None:
        """Who says that has to be found out."""
        reads: list[str] = []
        said = [Watched(tree({STATUS: stanza("a")}, diff_id), "blob", reads) for diff_id in ("1", "2")]
        other = Watched(tree({STATUS: stanza("a")}, "1"), "other", reads)
        take_each({"amd": said[:1], "arm": said[1:], "x": (other,)}, TargetKind.IMAGE)
        assert reads == ["1 blob", "2 blob", "1 other"]

    def test_a_layer_that_comes_twice_in_an_image_is_read_once(self) -> None:
        reads: list[str] = []
        low = Watched(tree({"etc/os-release": DEBIAN, STATUS: stanza("a")}, "1"), reads=reads)
        removed = Watched(tree({}, "2", Hidden(STATUS)), reads=reads)
        (found, _) = take_each({"amd": (low, removed, low), "arm": (removed, low)}, TargetKind.IMAGE)
        assert found == image(low.told, removed.told, low.told)
        assert sorted(reads) == ["1", "2"]

    def test_an_error_names_the_platform(self) -> None:
        good = Watched(tree({STATUS: stanza("a")}, "1"))
        bad = replace(good, told=tree({}, "2"), fails=True)
        with pytest.raises(ImageError, match=r"^linux/arm64: layer 2: is damaged$"):
            take_each({"linux/amd64": (good,), "linux/arm64": (good, bad)}, TargetKind.IMAGE)
