"""Main sections of JAR manifests (JAR File Specification, "JAR Manifest")."""

import re

# A line that is continued ends in a line end and one blank, which may stand within a character of UTF-8.
_CONTINUED = re.compile(rb"(?:\r\n|[\r\n]) ")
_LINE_END = re.compile(rb"\r\n|[\r\n]")
_SECTION_END = re.compile(rb"(?:\r\n|\n|\r(?!\n))(?:\r\n|[\r\n])")
_BEFORE = b"\xef\xbb\xbf\r\n"


def read_manifest(content: bytes) -> dict[str, str]:
    """Return the main attributes by their names in lower case; of one that stands twice, the last.

    `content` may end anywhere behind the main section: the sections of single files are not looked at. Lines that
    are not attributes are passed over, for tools and hands write such manifests and jars with them run.
    """
    content = content.lstrip(_BEFORE)
    end = _SECTION_END.search(content)
    section = _CONTINUED.sub(b"", content[: end.start()] if end else content)
    attributes: dict[str, str] = {}
    for line in _LINE_END.split(section):
        name, colon, value = line.partition(b":")
        if colon:
            attributes[_text(name).lower()] = _text(value)
    return attributes


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace").replace("\0", "").strip()
