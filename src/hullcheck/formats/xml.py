"""XML 1.0, by expat: elements with their attributes, text and line.

Entities that a document declares are refused: they are how a few lines become gigabytes or name files of the machine.
External DTDs are not read. The entities of HTML are known, as Maven and browsers know them.
"""

import re
from collections.abc import Iterator
from html.entities import name2codepoint
from mmap import mmap
from xml.parsers import expat

from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.model.source_file import SourceFile

# The deepest documents in use, SBOMs with nested components, have some 40 levels.
DEPTH = 200
# SBOMs of large images have some 20 MiB, and 300,000 elements; an element takes about 300 bytes of memory.
BYTES = 32 * 2**20
NODES = 500_000
# What expat must hold at once: a tag with its attributes, or a comment.
TOKEN = 2**20

_CHUNK = 2**16
_LAST = True
_DECLARED_ENCODING = re.compile(
    rb"""\A(?:\xef\xbb\xbf)?<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']"""
)
# The encodings that begin so, whatever the document says.
_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"<\0", "utf-16le"), (b"\0<", "utf-16be"))
# Other encodings than those of expat's own: it has those of one byte from Python, which also knows such as are none.
_NARROW_ENCODINGS = re.compile(
    r"(?:us-)?ascii|utf-?(?:8|16)|(?:iso[-_]?8859|windows|ibm|koi8|mac|tis)[-_]?\w{1,9}|cp\d{3,4}|latin[-_]?\d",
    re.IGNORECASE | re.ASCII,
)
_WIDE_ENCODINGS = re.compile(
    r"big5|cp9[345]\d|euc[-_]?(?:jp|kr)|gb(?:2312|k|18030)|iso-2022-jp|ms9[345]\d|shift[-_]?jis", re.IGNORECASE
)


class Element:
    """An element: `name` and the names of `attributes` are without namespace prefix, `line` counts from 1."""

    __slots__ = ("_texts", "attributes", "elements", "line", "name")

    def __init__(self, name: str, attributes: dict[str, str], line: int) -> None:
        self.name = name
        self.attributes = attributes
        self.line = line
        self.elements: list[Element] = []
        self._texts: list[str] = []

    @property
    def text(self) -> str:
        """Return the text in front of, between and behind the element's own elements, without blanks around it."""
        return "".join(self._texts).strip()

    def first(self, name: str) -> "Element | None":
        """Return the first element called `name`."""
        return next(self.all(name), None)

    def all(self, *path: str) -> Iterator["Element"]:
        """Yield the elements at `path`: those called its last name, in all of those called the name before it."""
        name, *rest = path
        for element in self.elements:
            if element.name == name:
                yield from element.all(*rest) if rest else (element,)

    def text_of(self, name: str) -> str:
        """Return the text of the first element called `name`, "" where there is none."""
        element = self.first(name)
        return "" if element is None else element.text

    def add_text(self, text: str) -> None:
        """Add `text` behind what there is."""
        self._texts.append(text)


def read_xml(file: SourceFile) -> Element:
    """Return the root element of the document that `file` holds."""
    if len(file.content) > BYTES:
        raise LimitExceeded(file.path, f"an XML document of {len(file.content)} bytes, allowed are {BYTES}")
    return _Builder(file.path).build(file.content)


class _Builder:
    """Makes a tree of what expat reports."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._open: list[Element] = []
        self._root: Element | None = None
        self._nodes = 0

    def build(self, content: bytes | mmap) -> Element:
        content, encoding = _readable(content, self._path)
        self._parser = self._new_parser(encoding)
        try:
            for start in range(0, len(content), _CHUNK):
                self._parser.Parse(content[start : start + _CHUNK])
                if start - self._parser.CurrentByteIndex > TOKEN:
                    raise self._excess(f"a tag or comment of more than {TOKEN} bytes")
            self._parser.Parse(b"", _LAST)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise self._malformed(f"not XML: {error}") from error
        if self._root is None:
            raise self._malformed("not XML: no element")
        return self._root

    def _new_parser(self, encoding: str | None) -> expat.XMLParserType:
        parser = expat.ParserCreate(encoding)
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._entity_declared
        # As if the document had an external DTD, so that entities that it does not declare are reported, not an error.
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_ALWAYS)
        parser.UseForeignDTD()
        parser.ExternalEntityRefHandler = self._external
        parser.SkippedEntityHandler = self._skipped
        return parser

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._nodes += 1 + len(attributes)
        if self._nodes > NODES:
            raise self._excess(f"more than {NODES} elements and attributes")
        if len(self._open) >= DEPTH:
            raise self._excess(f"more than {DEPTH} elements in each other")
        if any(":" in key for key in attributes):
            attributes = {_local(key): value for key, value in attributes.items()}
        element = Element(_local(name), attributes, self._parser.CurrentLineNumber)
        if self._open:
            self._open[-1].elements.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1].add_text(text)

    def _entity_declared(self, name: str, *_: object) -> None:
        raise self._malformed(f"declares the entity {name!r}")

    def _external(self, context: str | None, *_: object) -> int:
        """Say that the external DTD is empty."""
        self._parser.ExternalEntityParserCreate(context).Parse(b"", _LAST)
        return 1

    def _skipped(self, name: str, is_parameter: bool) -> None:  # noqa: FBT001  # expat's signature
        if is_parameter:
            return
        if name not in name2codepoint:
            raise self._malformed(f"the entity {name!r} is not known")
        self._text(chr(name2codepoint[name]))

    def _malformed(self, problem: str) -> MalformedFile:
        return MalformedFile(self._path, problem, place=self._place())

    def _excess(self, problem: str) -> LimitExceeded:
        return LimitExceeded(self._path, problem, place=self._place())

    def _place(self) -> str:
        return f"line {self._parser.CurrentLineNumber}"


def _readable(content: bytes | mmap, path: str) -> tuple[bytes | mmap, str | None]:
    """Return `content` in an encoding that expat knows, and which one where the document does not say it itself."""
    start = content[:200]
    marked = next((encoding for mark, encoding in _MARKS if start.startswith(mark)), None)
    declared = _DECLARED_ENCODING.match(start)
    encoding = declared[1].decode("ascii") if declared else "utf-8"
    if marked or _NARROW_ENCODINGS.fullmatch(encoding):
        return content, marked
    if not _WIDE_ENCODINGS.fullmatch(encoding):
        raise MalformedFile(path, f"the encoding {encoding!r} is not known", place="line 1")
    try:
        return content[:].decode(encoding).encode("utf-8"), "utf-8"
    except UnicodeError as error:
        raise MalformedFile(path, f"not {encoding} text") from error


def _local(name: str) -> str:
    return name.rpartition(":")[2]
