"""What comes from outside and is not as it should be: arguments, standard output, a lake's files and their store."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from conf.delta_errors import reason
from conf.errors import FailedError, UserError

#: How delta-rs begins to say that a file, which a table's log names, is not there.
_MISSING = "Object at location"


@contextmanager
def outside_in_sentences() -> Iterator[None]:
    """Around a whole command. Where standard output is closed, nothing is printed.

    Raises:
        UserError: an argument is not UTF-8, or a table lacks a file.
        FailedError: standard output takes no more, or a lake's store failed amid the work.
    """
    if sys.stdout is None:
        sys.stdout = _nowhere()
    for argument in sys.argv:
        _check(argument)
    try:
        yield
    except FileNotFoundError as error:
        if not str(error).startswith(_MISSING):
            raise
        raise UserError(f"a table lacks a file that its log names: {reason(error)}; restore it from a backup") from None
    except Exception as error:
        if _is_of_store(error):
            raise FailedError(f"the lake's store failed: {reason(error)}; try again") from None
        if not isinstance(error, OSError) or not _is_full(sys.stdout):
            raise
        sys.stdout = _nowhere()
        raise FailedError(f"what is printed can't be written: {error.strerror or error}") from None


def _is_of_store(error: Exception) -> bool:
    """Whether it is delta-rs's: an OSError without a number, or one of its own, which only it raises once loaded."""
    if isinstance(error, OSError):
        return error.errno is None
    deltalake = sys.modules.get("deltalake.exceptions")
    return deltalake is not None and isinstance(error, deltalake.DeltaError)


def _check(argument: str) -> None:
    try:
        argument.encode()
    except UnicodeEncodeError:
        raise UserError(f"the argument {argument!r} is not UTF-8: write it so, or rename what it names") from None


def _is_full(stream: TextIO) -> bool:
    """Whether nothing can be written."""
    try:
        stream.write("\n")
        stream.flush()
    except (OSError, ValueError):
        return True
    return False


def _nowhere() -> TextIO:
    with suppress(AttributeError, OSError, ValueError):
        sys.stdout.close()
    return Path(os.devnull).open("w", encoding="utf-8")
