"""What the demonstration image and source tree hold: a small Debian 11 and an application that nobody updated."""

OS_RELEASE = """\
PRETTY_NAME="Debian GNU/Linux 11 (bullseye)"
NAME="Debian GNU/Linux"
VERSION_ID="11"
VERSION="11 (bullseye)"
VERSION_CODENAME=bullseye
ID=debian
"""

# Binary package, source package, version: as Debian 11.0 shipped them in August 2021.
DEBIAN_PACKAGES = (
    ("libc6", "glibc", "2.31-13"),
    ("libexpat1", "expat", "2.2.10-2"),
    ("libssl1.1", "openssl", "1.1.1k-1"),
    ("openssl", "openssl", "1.1.1k-1"),
    ("tar", "tar", "1.34+dfsg-1"),
    ("xz-utils", "xz-utils", "5.2.5-2"),
    ("zlib1g", "zlib", "1:1.2.11.dfsg-2"),
)

# Pure Python wheels, so that pip can fetch them for any machine.
PYTHON_PACKAGES = ("Django==2.2", "Jinja2==2.10", "requests==2.19.1", "urllib3==1.24.1")

SOURCE_TREE = {
    "requirements.txt": "Django==2.2\nJinja2==2.10\nPyYAML==5.3.1\nrequests==2.19.1\nurllib3==1.24.1\n",
    "web/package-lock.json": """\
{
  "name": "web",
  "version": "1.0.0",
  "lockfileVersion": 3,
  "requires": true,
  "packages": {
    "": {"name": "web", "version": "1.0.0", "dependencies": {"lodash": "^4.17.20", "minimist": "1.2.5"}},
    "node_modules/lodash": {"version": "4.17.20"},
    "node_modules/minimist": {"version": "1.2.5"}
  }
}
""",
    "service/pom.xml": """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>org.example</groupId>
  <artifactId>service</artifactId>
  <version>1.0</version>
  <properties><log4j.version>2.14.1</log4j.version></properties>
  <dependencies>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-core</artifactId>
      <version>${log4j.version}</version>
    </dependency>
  </dependencies>
</project>
""",
}


def dpkg_status() -> str:
    """Return dpkg's database of `DEBIAN_PACKAGES`."""
    return "\n".join(
        f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\n"
        + (f"Source: {source}\n" if source != name else "")
        + f"Version: {version}\nMaintainer: Debian\nDescription: {name}\n"
        for name, source, version in DEBIAN_PACKAGES
    )
