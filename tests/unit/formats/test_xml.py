import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullcheck.errors import LimitExceeded, MalformedFile
from hullcheck.formats import xml
from hullcheck.formats.xml import Element, read_xml
from hullcheck.model.source_file import SourceFile


def read(content: bytes) -> Element:
    return read_xml(SourceFile("a.xml", content))


def test_elements_are_read_without_namespaces() -> None:
    root = read(
        b'<?xml version="1.0"?>\n<p:a xmlns:p="urn:p" xmlns="urn:a">\n  <b id="1" p:kind="x">one</b>\n'
        b"  <b>two<!-- no --> more<c/></b>\n  <c><b>three</b></c>\n</p:a>"
    )
    assert (root.name, root.text, root.line) == ("a", "", 2)
    assert [element.name for element in root.elements] == ["b", "b", "c"]
    assert [element.text for element in root.all("b")] == ["one", "two more"]
    assert [element.line for element in root.all("b")] == [3, 4]
    assert [element.text for element in root.all("c", "b")] == ["three"]
    assert root.elements[0].attributes == {"id": "1", "kind": "x"}
    assert root.text_of("b") == "one"
    assert root.text_of("d") == ""
    assert root.first("d") is None


def test_references_and_cdata_are_text() -> None:
    assert read(b"<a>&lt;&#65;&#x42;<![CDATA[<&>]]>&amp;</a>").text == "<AB<&>&"


def test_entities_of_html_are_known_as_maven_knows_them() -> None:
    assert read(b"<a>Jos&eacute;&nbsp;&copy;</a>").text == "José\xa0©"


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><a/>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b'<!DOCTYPE a [<!ENTITY % b SYSTEM "http://registry.example/b"> %b;]><a/>',
        b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;">]><a>&d;</a>',
    ],
)
def test_a_document_that_declares_entities_is_malformed(content: bytes) -> None:
    with pytest.raises(MalformedFile, match="entity"):
        read(content)


def test_an_external_dtd_is_not_read() -> None:
    assert read(b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a>text</a>').text == "text"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("UTF-8", "größe 中"),
        ("utf-16", "größe 中"),
        ("ISO-8859-1", "größe"),
        ("windows-1251", "размер"),
        ("koi8-r", "размер"),
        ("GBK", "大小"),
        ("gb2312", "大小"),
        ("Shift_JIS", "大きさ"),
        ("EUC-KR", "크기"),
    ],
)
def test_the_encoding_that_is_declared_counts(encoding: str, text: str) -> None:
    content = f'<?xml version="1.0" encoding="{encoding}"?>\n<a>{text}</a>'.encode(encoding)
    assert read(content).text == text


@pytest.mark.parametrize("encoding", ["nonsense", "zlib", "rot13", "utf-7", "idna", "unicode_escape", "punycode"])
def test_an_encoding_that_is_not_known_is_malformed(encoding: str) -> None:
    with pytest.raises(MalformedFile):
        read(f'<?xml version="1.0" encoding="{encoding}"?><a>\xe9</a>'.encode("iso-8859-1"))


@pytest.mark.parametrize(
    "content",
    [b"", b"  ", b"text", b"<a>", b"<a></b>", b"<a/><b/>", b"<a>\xff</a>", b"<a>&nonsense;</a>", b"<a>\0</a>",
     b'<?xml version="1.0" encoding="GBK"?><a>\xff\xff</a>'],
)  # fmt: skip
def test_what_is_not_well_formed_is_malformed(content: bytes) -> None:
    with pytest.raises(MalformedFile):
        read(content)


def test_an_error_says_where_it_is() -> None:
    with pytest.raises(MalformedFile) as raised:
        read(b"<a>\n<b>\n</a>")
    assert raised.value.place == "line 3"


def test_elements_in_each_other_are_limited() -> None:
    assert read(b"<a>" * xml.DEPTH + b"</a>" * xml.DEPTH).name == "a"
    with pytest.raises(LimitExceeded):
        read(b"<a>" * (xml.DEPTH + 1) + b"</a>" * (xml.DEPTH + 1))


def test_elements_and_attributes_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "NODES", 10)
    assert len(read(b"<a>" + b"<b/>" * 9 + b"</a>").elements) == 9
    with pytest.raises(LimitExceeded):
        read(b"<a>" + b"<b/>" * 10 + b"</a>")
    with pytest.raises(LimitExceeded):
        read(b"<a>" + b'<b c="d"/>' * 5 + b"</a>")


def test_the_size_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "BYTES", 10)
    with pytest.raises(LimitExceeded):
        read(b"<a>1234</a>")


@pytest.mark.parametrize("content", [b"<a><!--%b--></a>", b'<a b="%b"/>', b"<a><?b %b?></a>"])
def test_what_expat_must_hold_at_once_is_limited(content: bytes) -> None:
    begun = time.process_time()
    with pytest.raises(LimitExceeded):
        read(content % (b"x" * 20_000_000))
    assert time.process_time() - begun < 2


def test_long_text_is_read() -> None:
    assert len(read(b"<a>" + b"x" * 5_000_000 + b"</a>").text) == 5_000_000


@given(
    st.recursive(
        st.tuples(st.sampled_from("abc"), st.text("xy<&>'é\n", max_size=5)),
        lambda inner: st.tuples(st.sampled_from("abc"), st.lists(inner, max_size=3)),
    )
)
def test_what_is_written_is_read_back(tree: tuple[str, object]) -> None:
    def write(node: object) -> str:
        assert isinstance(node, tuple)
        name, content = node
        inner = "".join(write(part) for part in content) if isinstance(content, list) else _escape(str(content))
        return f"<{name}>{inner}</{name}>"

    def compare(element: Element, node: object) -> None:
        assert isinstance(node, tuple)
        name, content = node
        assert element.name == name
        if not isinstance(content, list):
            assert element.text == str(content).strip()
            return
        for part, expected in zip(element.elements, content, strict=True):
            compare(part, expected)

    compare(read(write(tree).encode()), tree)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


@given(st.binary(max_size=80) | st.text("<>/a!?[]&;'\"= -DOCTYPEENTIY%", max_size=60).map(str.encode))
def test_arbitrary_bytes_are_at_worst_malformed(content: bytes) -> None:
    for document in (content, b"<a>" + content + b"</a>", b"<!DOCTYPE a [" + content + b"]><a/>"):
        try:
            read(document)
        except MalformedFile:
            continue
