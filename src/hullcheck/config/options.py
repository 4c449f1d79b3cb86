"""The options of the command line, as data: one table for flags, environment and configuration file."""

from dataclasses import dataclass, replace
from enum import Enum

PREFIX = "HULLCHECK_"

Value = str | int | bool | tuple[str, ...]


class Kind(Enum):
    """What an option's value is."""

    TEXT = "text"
    NUMBER = "number"
    SIZE = "size"  # bytes, as "64GiB"
    FLAG = "flag"
    LIST = "list"  # comma-separated, and repeatable as a flag


@dataclass(frozen=True, slots=True)
class Option:
    """An option: `--name`, `HULLCHECK_NAME` and `name = ...` in hullcheck.toml.

    `minimum` is the lowest number that is meant; `choices` are all texts that are. Help shows the options of a `group`
    together.
    """

    name: str
    kind: Kind
    default: Value
    help: str
    metavar: str = ""
    short: str = ""
    minimum: int | None = None
    choices: tuple[str, ...] = ()
    group: str = ""

    @property
    def variable(self) -> str:
        """Return the name of the environment variable."""
        return PREFIX + self.name.upper().replace("-", "_")


def _flag(name: str, text: str, short: str = "", *, default: bool = False) -> Option:
    return Option(name, Kind.FLAG, default, text, short=short)


def _number(name: str, default: int, text: str, metavar: str = "N", minimum: int = 0) -> Option:
    return Option(name, Kind.NUMBER, default, text, metavar, minimum=minimum)


def _size(name: str, default: int, text: str) -> Option:
    return Option(name, Kind.SIZE, default, text, "SIZE", minimum=1)


def _grouped(group: str, *options: Option) -> tuple[Option, ...]:
    return tuple(replace(option, group=group) for option in options)


REPORTING = _grouped(
    "reports",
    Option(
        "format",
        Kind.LIST,
        (),
        "json, sarif, table (default); one goes to stdout, several need --output-dir",
        "LIST",
        short="f",
    ),
    Option("output-dir", Kind.TEXT, "", "directory for one file a format", "DIR"),
    Option("output", Kind.LIST, (), "write a format to a file; can be repeated", "FORMAT=FILE", short="o"),
    Option("outputs", Kind.TEXT, "", "write counts, verdict and paths as KEY=value lines for later steps", "FILE"),
    Option("color", Kind.TEXT, "auto", "colours on stdout", "WHEN", choices=("auto", "always", "never")),
    _flag("quiet", "no progress and no summary on stderr; errors and warnings stay", "q"),
)

THRESHOLDS = _grouped(
    "verdict",
    _number("max-critical", -1, "critical findings that are allowed; -1 is unlimited", minimum=-1),
    _number("max-high", -1, "high findings that are allowed; -1 is unlimited", minimum=-1),
    _number("max-medium", -1, "medium findings that are allowed; -1 is unlimited", minimum=-1),
    _number("max-low", -1, "low findings that are allowed; -1 is unlimited", minimum=-1),
    _flag("allow-incomplete", "pass although something could not be looked at (else exit code 51)"),
    _number("max-data-age", 180, "advisories older than this many days leave the scan incomplete", "DAYS", minimum=1),
)

DATABASE = _grouped(
    "advisories",
    Option("db-dir", Kind.TEXT, "", "directory of the advisory database (default: in the user's cache)", "DIR"),
    Option("db-source", Kind.TEXT, "", "where missing advisories are downloaded from (default: OSV)", "URL"),
    _flag("offline", "use the advisories that are at hand, download none"),
)

NETWORK = _grouped(
    "network",
    _number("timeout", 30, "seconds to wait for a server", "SECONDS", minimum=1),
    _number("max-network-retries", 3, "how often a request is tried again"),
    Option("proxy", Kind.TEXT, "", "HTTP proxy (default: HTTPS_PROXY, HTTP_PROXY, NO_PROXY)", "URL"),
    Option("ca-bundle", Kind.TEXT, "", "PEM file of certificate authorities to trust", "FILE"),
    _flag("skip-verify-tls", "accept any certificate: whoever is in between can change what is read"),
    _number(
        "min-download-rate",
        1000,
        "give up a server that sends less, on the average of a minute; 0 waits for ever",
        "BYTES_PER_SECOND",
    ),
)

REGISTRY = _grouped(
    "registry",
    Option(
        "username",
        Kind.TEXT,
        "",
        "user of the image's registry; the password comes from --password-stdin or the variable HULLCHECK_PASSWORD "
        "(default: the logins of `docker login` and `podman login`, and credential helpers)",
        "NAME",
    ),
    _flag("password-stdin", "read the password of --username from stdin"),
    Option(
        "registry-mirrors",
        Kind.LIST,
        (),
        "registries that are asked before the one that an image is of, such as docker.io=mirror.example/hub",
        "HOST=MIRROR[/PREFIX]",
    ),
    Option(
        "client-cert",
        Kind.TEXT,
        "",
        "PEM certificate to show to registries and their mirrors (default: of those that have their own, in certs.d)",
        "FILE",
    ),
    Option("client-key", Kind.TEXT, "", "its PEM key, without a password (default: in the same file)", "FILE"),
)

IMAGE = _grouped(
    "image",
    Option(
        "platform",
        Kind.TEXT,
        "",
        "platform to choose from an index (default: this machine's), several with commas, or 'all' of them in one scan",
        "OS/ARCH[/VARIANT]",
    ),
    Option("insecure-registries", Kind.LIST, (), "registries to ask in plain HTTP (loopback may be without)", "LIST"),
    Option(
        "image-source",
        Kind.LIST,
        (),
        "where to look for an image that is no file, in this order: docker, podman, containerd, registry (default: "
        "engines that are there, then the registry)",
        "LIST",
        choices=("docker", "podman", "containerd", "registry"),
    ),
    Option(
        "base-image",
        Kind.TEXT,
        "",
        "image that this one is built on: findings are told apart by whether they come from it (default: what the "
        "layers show, of images that were scanned before)",
        "REF",
    ),
    Option(
        "cache-dir",
        Kind.TEXT,
        "",
        "directory where scans keep what they learn about layers and images (default: in the user's cache)",
        "DIR",
    ),
    _flag("cache", "use and keep there what is known about layers and images (default)", default=True),
)

STORAGE = _grouped(
    "storage",
    Option(
        "storage-driver",
        Kind.TEXT,
        "none",
        "read the image where an engine has stored it, without the engine (as root): docker-overlay2, "
        "containerd-overlayfs, podman-overlay; none (default) asks engines and registries",
        "DRIVER",
        choices=("none", "containerd-overlayfs", "docker-overlay2", "podman-overlay"),
    ),
    Option(
        "storage-root",
        Kind.TEXT,
        "",
        "directory in which the engine stores images, also for containerd:NAME (default: what its configuration says, "
        "such as /var/lib/docker)",
        "DIR",
    ),
    Option(
        "containerd-namespace",
        Kind.TEXT,
        "",
        "namespace of containerd in which the image is (default: CONTAINERD_NAMESPACE, else any)",
        "NAME",
    ),
)

TREE = _grouped(
    "files",
    Option("exclude-dirs", Kind.LIST, (), "directories to leave out: names or glob patterns", "LIST"),
    Option("exclude-files", Kind.LIST, (), "files to leave out: names or glob patterns", "LIST"),
)

# What the defaults are is said, with their reasons, by `Limits` in sources/options.py; tests compare them.
FILE_LIMITS = _grouped(
    "limits",
    _size("max-file-size", 2 * 1024**3, "a larger file is not read, which leaves the scan incomplete"),
)

LAYER_LIMITS = _grouped(
    "limits",
    _size("max-layer-size", 64 * 1024**3, "a layer, or a compressed archive, that is larger uncompressed is refused"),
    _number(
        "max-entries",
        1_000_000,
        "a layer with more files, links and directories is refused, and layers with twice as many together",
        minimum=1,
    ),
)

DATABASE_BUILD = _grouped(
    "advisories",
    Option("from", Kind.TEXT, "", "directory or URL in the layout of the OSV bucket", "DIR_OR_URL"),
)

SCAN = (*REPORTING, *THRESHOLDS, *DATABASE)

# The options of each command, in the order in which help shows them.
COMMANDS: dict[str, tuple[Option, ...]] = {
    "image": (*IMAGE, *REGISTRY, *STORAGE, *SCAN, *NETWORK, *LAYER_LIMITS, *FILE_LIMITS),
    "repo": (*TREE, *SCAN, *NETWORK, *FILE_LIMITS),
    "rootfs": (*TREE, *SCAN, *NETWORK, *FILE_LIMITS),
    "sbom": (*SCAN, *NETWORK),
    "db build": (*DATABASE_BUILD, *DATABASE[:1], *NETWORK, REPORTING[-1]),
    "db update": (*DATABASE[:2], *NETWORK, REPORTING[-1]),
    "db status": DATABASE[:1],
    "convert": REPORTING,
}
