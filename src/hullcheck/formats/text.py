"""Text files in the encodings that they really have."""

import codecs

from hullcheck.errors import MalformedFile
from hullcheck.model.source_file import SourceFile

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(file: SourceFile, errors: str = "strict") -> str:
    """Return the text of `file`: UTF-8, or what its byte order mark says.

    Where `errors` is "replace", bytes that are no text become U+FFFD, for formats whose names and versions are ASCII.
    """
    content = bytes(file.content)
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding, errors)
    except UnicodeDecodeError as error:
        raise MalformedFile(file.path, f"not {encoding} text", place=f"byte {error.start}") from error
