"""Names are data: no name can write into a terminal or a log, in any of the places that print names."""

import io
import logging
import sys

import pytest
from rich.console import Console

from batch.names import readable
from conf.errors import FailedError, UserError
from conf.logs import PlainFormatter
from schemas.errors import PictureError
from schemas.text import printable
from streaming.show import print_status
from streaming.status import Status

#: Colours, a line of its own, a cursor that moves, right to left, a byte that is no text, and Rich's own markup.
EVIL = "a\x1b[31mred\nERROR forged\r\x9b2J\u202egpj.\udcff[link=http://x]x[/link]"
HARMLESS = {"a", "ERROR forged", "[link=http://x]x[/link]"}


def is_harmless(text: str) -> bool:
    return text.rstrip("\n").isprintable() and all(part in text for part in HARMLESS)


def shown(status: Status) -> str:
    console = Console(file=io.StringIO(), width=500)
    print_status(status, console, as_json=False)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_printable_text_stays_as_it_is() -> None:
    assert printable("Äpfel 🍎 苹果 [x]") == "Äpfel 🍎 苹果 [x]"
    assert printable("a\tb\nc\x00d\x1b") == "a b c\N{REPLACEMENT CHARACTER}d\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize("error", [UserError(EVIL), FailedError(EVIL), PictureError("gone", EVIL)])
def test_errors_are_harmless(error: Exception) -> None:
    assert is_harmless(error.detail if isinstance(error, PictureError) else str(error))


def test_errors_have_no_passwords() -> None:
    assert "hunter2" not in str(
        UserError("no answer from http://user:hunter2@host/ or http://h/?X-Amz-Signature=hunter2")
    )


def test_labels_are_harmless_in_legends_and_warnings() -> None:
    assert is_harmless(readable(EVIL, 200))


def test_status_shows_names_as_they_are_and_nothing_else() -> None:
    text = shown(Status("lake", skipped={"a link": 1}, skipped_names=(EVIL,), problems=(EVIL,)))
    assert all(is_harmless(line) for line in text.splitlines() if "forged" in line)
    assert text.count("forged") == 2
    assert not any(line.startswith("ERROR") for line in text.splitlines())


def test_log_has_one_line_a_message_and_indents_tracebacks() -> None:
    formatter = PlainFormatter("%(levelname)s %(message)s")
    try:
        raise ValueError(EVIL)
    except ValueError:
        record = logging.LogRecord("streaming", logging.ERROR, "", 1, "can't read %s", (EVIL,), sys.exc_info())
    first, *traceback = formatter.format(record).split("\n")
    assert is_harmless(first)
    assert first.startswith("ERROR can't read a")
    assert all(line.startswith("  ") and line.isprintable() for line in traceback)
