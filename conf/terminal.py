"""Standard output as it is: a terminal of some width, or a pipe, of whatever encoding. Rich minds NO_COLOR itself."""

import codecs
import io
import sys
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas.text import printable

#: A pipe has no width: lines are not broken there.
PIPE_COLUMNS = 10_000
#: The name, among Python's error handlers, of what becomes of characters that an encoding lacks.
SPELLED_OUT = "verger.spelled_out"


def open_console() -> Console:
    """For standard output: as wide as the terminal is, unbounded in a pipe."""
    return Console(width=None if sys.stdout.isatty() else PIPE_COLUMNS)


def tolerate_encodings() -> None:
    r"""What the encoding of standard output lacks is written as `\xb0` from now on, instead of ending the program."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors=SPELLED_OUT)


def _spelled_out(error: UnicodeError) -> tuple[str | bytes, int]:
    """Rich cuts with an ellipsis: another single character keeps columns straight."""
    if isinstance(error, UnicodeEncodeError) and error.object[error.start] == "\N{HORIZONTAL ELLIPSIS}":
        return "~", error.start + 1
    return codecs.backslashreplace_errors(error)


codecs.register_error(SPELLED_OUT, _spelled_out)


def print_pairs(console: Console, pairs: Iterable[tuple[str, str]]) -> None:
    """A line for each name with its value; on a terminal long values are broken below themselves."""
    if not console.is_terminal:
        for name, value in pairs:
            console.print(f"{name:<16}{printable(value)}", markup=False, highlight=False, soft_wrap=True)
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs:
        table.add_row(name, Text(printable(value)))
    console.print(table)


def print_sentence(console: Console, sentence: str) -> None:
    """A sentence as it is: what others named in it can neither colour nor move anything."""
    console.print(printable(sentence), markup=False, highlight=False, soft_wrap=not console.is_terminal)
