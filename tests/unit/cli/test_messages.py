import io

from hullcheck.cli.messages import Messages, one_line
from hullcheck.errors import HullcheckError


def test_a_message_is_one_line_whatever_it_holds() -> None:
    stream = io.StringIO()
    Messages(stream).error(HullcheckError("layer\nof \x1b[31mred\u202e\udcff", hint="do\r\nthis"))
    assert stream.getvalue() == "hullcheck: error: layer of \ufffd[31mred\ufffd\ufffd (do\ufffd this)\n"


def test_quiet_leaves_warnings_and_errors() -> None:
    stream = io.StringIO()
    messages = Messages(stream, quiet=True)
    messages.note("wrote a file")
    messages.warn("not verified")
    assert stream.getvalue() == "hullcheck: warning: not verified\n"


def test_text_in_any_script_is_shown() -> None:
    assert one_line("Übersicht 日本語 🚢") == "Übersicht 日本語 🚢"
