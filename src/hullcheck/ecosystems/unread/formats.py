"""The formats that are recognised and not read yet. One that is read from now on leaves this list."""

from collections.abc import Mapping

from hullcheck.ecosystems.unread.recognition import Format, Formats
from hullcheck.model.source_file import Pattern

_COMPOSER = {
    Pattern("installed.json", begin="installed.json", parent="composer"): Format(
        "list of Composer's installed packages"
    )
}
_DOTNET = {Pattern(".deps.json"): Format("list of a .NET application's dependencies")}

DECLARED_FORMATS = Formats(
    names={
        "Cartfile.resolved": Format("lock file of Carthage"),
        "Directory.Packages.props": Format("package versions of NuGet", b"PackageVersion"),
        "Gemfile": Format("manifest of Bundler", b"gem"),
        "Gemfile.lock": Format("lock file of Bundler"),
        "Godeps.json": Format("list of packages of godep", b'"Deps"'),
        "Gopkg.lock": Format("lock file of dep for Go"),
        "Manifest.toml": Format("manifest of Julia", b"[[deps"),
        "Package.resolved": Format("lock file of the Swift package manager"),
        "Package.swift": Format("manifest of the Swift package manager", b".package("),
        "Pipfile": Format("manifest of Pipenv"),
        "Pipfile.lock": Format("lock file of Pipenv"),
        "Podfile": Format("manifest of CocoaPods", b"pod"),
        "Podfile.lock": Format("lock file of CocoaPods"),
        "bower.json": Format("manifest of Bower", b"ependencies"),
        "build.gradle": Format("build file of Gradle", b"dependencies"),
        "build.gradle.kts": Format("build file of Gradle", b"dependencies"),
        "build.sbt": Format("build file of sbt", b"libraryDependencies"),
        "build.sbt.lock": Format("lock file of sbt"),
        "buildscript-gradle.lockfile": Format("lock file of Gradle"),
        "bun.lock": Format("lock file of Bun"),
        "bun.lockb": Format("lock file of Bun"),
        "cabal.project.freeze": Format("lock file of Cabal"),
        "composer.json": Format("manifest of Composer", b'"require'),
        "composer.lock": Format("lock file of Composer"),
        "conan.lock": Format("lock file of Conan"),
        "conanfile.py": Format("manifest of Conan", b"requires"),
        "conanfile.txt": Format("manifest of Conan", b"requires"),
        "conda-lock.yml": Format("lock file of conda"),
        "cpanfile.snapshot": Format("lock file of Carton"),
        "deno.lock": Format("lock file of Deno"),
        "deps.edn": Format("manifest of Clojure", b":deps"),
        "environment.yaml": Format("environment of conda", b"dependencies"),
        "environment.yml": Format("environment of conda", b"dependencies"),
        "gems.locked": Format("lock file of Bundler"),
        "gems.rb": Format("manifest of Bundler", b"gem"),
        "glide.lock": Format("lock file of Glide"),
        "gradle.lockfile": Format("lock file of Gradle"),
        "ivy.xml": Format("manifest of Ivy", b"<dependency"),
        "luarocks.lock": Format("lock file of LuaRocks"),
        "maven_install.json": Format("lock file of Bazel's rules for Maven"),
        "mix.exs": Format("manifest of Mix", b"deps"),
        "mix.lock": Format("lock file of Mix"),
        "packages.config": Format("package list of NuGet"),
        "packages.lock.json": Format("lock file of NuGet"),
        "packrat.lock": Format("lock file of packrat"),
        "paket.lock": Format("lock file of Paket"),
        "pdm.lock": Format("lock file of PDM"),
        "pixi.lock": Format("lock file of Pixi"),
        "pnpm-lock.yaml": Format("lock file of pnpm"),
        "poetry.lock": Format("lock file of Poetry"),
        "project.assets.json": Format("lock file of NuGet"),
        "project.clj": Format("manifest of Leiningen", b":dependencies"),
        "pubspec.lock": Format("lock file of Dart"),
        "pubspec.yaml": Format("manifest of Dart", b"ependencies"),
        "pylock.toml": Format("lock file of Python"),
        "rebar.config": Format("manifest of Rebar", b"deps"),
        "rebar.lock": Format("lock file of Rebar"),
        "renv.lock": Format("lock file of renv"),
        "setup.cfg": Format("manifest of setuptools", b"install_requires"),
        "setup.py": Format("manifest of setuptools", b"install_requires"),
        "stack.yaml.lock": Format("lock file of Stack"),
        "uv.lock": Format("lock file of uv"),
        "vcpkg.json": Format("manifest of vcpkg", b"dependencies"),
        "yarn.lock": Format("lock file of Yarn"),
    },
    paths={},
    patterns={
        **_COMPOSER,
        **_DOTNET,
        Pattern(".csproj"): Format("project of .NET", b"PackageReference"),
        Pattern(".fsproj"): Format("project of .NET", b"PackageReference"),
        Pattern(".gemspec"): Format("manifest of RubyGems", b"dependency"),
        Pattern(".toml", begin="pylock."): Format("lock file of Python"),
        Pattern(".vbproj"): Format("project of .NET", b"PackageReference"),
        Pattern(".versions.toml", parent="gradle"): Format("version catalogue of Gradle"),
        Pattern("vendor.json", begin="vendor.json", parent="vendor"): Format("list of packages of govendor"),
    },
)

_RPM = Format("database of RPM")
_RPM_PATHS: Mapping[str, Format] = {
    f"{directory}/{name}": _RPM
    for directory in ("usr/lib/sysimage/rpm", "usr/share/rpm", "var/lib/rpm")
    for name in ("Packages", "Packages.db", "rpmdb.sqlite")
}

INSTALLED_FORMATS = Formats(
    names={
        ".pnp.cjs": Format("packages of Yarn's Plug'n'Play"),
        ".pnp.js": Format("packages of Yarn's Plug'n'Play"),
        "DESCRIPTION": Format("packages of R", b"\nBuilt: R ", up=2),
        "INSTALL_RECEIPT.json": Format("packages of Homebrew", b"homebrew_version", up=3),
        "PF": Format("database of Portage", below="var/db/pkg/", up=3),
        "desc": Format("database of pacman", below="var/lib/pacman/local/", up=2),
    },
    paths={
        **_RPM_PATHS,
        "nix/var/nix/db/db.sqlite": Format("database of Nix"),
        "usr/lib/opkg/status": Format("database of opkg"),
        "var/guix/db/db.sqlite": Format("database of Guix"),
        "var/lib/opkg/status": Format("database of opkg"),
        "var/lib/rpmmanifest/container-manifest-2": Format("list of RPM's packages"),
    },
    patterns={
        **_COMPOSER,
        **_DOTNET,
        Pattern(".app", parent="ebin"): Format("packages of Erlang or Elixir", up=3),
        Pattern(".asar"): Format("archive of an Electron application"),
        Pattern(".gemspec", parent="default"): Format("packages of RubyGems", up=1),
        Pattern(".gemspec", parent="specifications"): Format("packages of RubyGems", up=1),
        Pattern(".json", parent="conda-meta"): Format("packages of conda", up=1),
        Pattern(".spdx", begin=".spdx-"): Format("SBOM of a Bitnami package"),
    },
)
