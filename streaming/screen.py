"""Prints for a stream, in a thread of its own: who reads slowly, or not at all, never holds up a batch."""

import io
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, Full, Queue
from typing import IO

from rich.console import Console, RenderableType
from rich.live import Live

from conf.terminal import SPELLED_OUT, print_sentence

#: Lines that may wait for a reader; more are dropped, and counted.
MOST = 1_000
#: The block is drawn anew at most so often, and only if it changed. At the end, what is not read by then is dropped.
DRAW_S, CLOSE_S = 0.5, 2.0

#: What is drawn below the lines: something to compare with what was drawn last, and how it looks.
Drawing = tuple[object, Callable[[], RenderableType]]


class ReaderGoneError(Exception):
    """Nobody reads any more. At a BrokenPipeError Rich would end the program."""


class Screen:
    """`say` prints a line, `draw` a block below the lines, on a terminal only; both return at once, and never raise.

    A reader that has gone away is no reason to stop. Safe for any thread.
    """

    def __init__(self, console: Console) -> None:
        self.dropped = 0
        self._console, self._file = console, console.file
        self._lines: Queue[str | None] = Queue(MOST)
        self._drawing: Drawing | None = None
        self._drawn: object = None
        self._live: Live | None = None
        console.file = _direct(console.file)
        self._thread = threading.Thread(target=self._run, name="screen", daemon=True)
        self._thread.start()

    @property
    def draws(self) -> bool:
        """Whether there is somebody to draw for; else only lines are printed."""
        return self._console.is_interactive

    def say(self, sentence: str) -> None:
        """Have a sentence printed as it is."""
        try:
            self._lines.put_nowait(sentence)
        except Full:
            self.dropped += 1

    def draw(self, drawing: Drawing | None) -> None:
        """Have this drawn instead of what was there; None: nothing."""
        self._drawing = drawing

    def close(self) -> None:
        """Print what waits, for CLOSE_S at most, and give the console back."""
        self._drawing = None
        with suppress(Full):
            self._lines.put_nowait(None)
            self._thread.join(CLOSE_S)
        if not self._thread.is_alive():
            self._console.file = self._file

    def _run(self) -> None:
        with suppress(ReaderGoneError, OSError, ValueError):  # a closed pipe, a terminal that is gone
            while self._turn():
                pass

    def _turn(self) -> bool:
        """Print a line, or draw; False at the end."""
        try:
            line = self._lines.get(timeout=DRAW_S)
        except Empty:
            self._redraw()
            return True
        if line is None or self._drawing is None:
            self._stop_drawing()
        if line is None:
            return False
        print_sentence(self._console, line)
        return True

    def _redraw(self) -> None:
        drawing = self._drawing
        if drawing is None or not self.draws:
            self._stop_drawing()
            return
        key, look = drawing
        if self._live is None:
            self._live = Live(console=self._console, auto_refresh=False, transient=True, redirect_stdout=False,
                              redirect_stderr=False)  # fmt: skip
            self._live.start()
        if key != self._drawn:
            self._live.update(look(), refresh=True)
            self._drawn = key

    def _stop_drawing(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = self._drawn = None


class _Direct(io.TextIOBase):
    """Past Python's buffers: what hangs in there would hold up the end of the process, too."""

    def __init__(self, file: IO[str]) -> None:
        self._fd, self._encoding, self._tty = file.fileno(), getattr(file, "encoding", None) or "utf-8", file.isatty()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """What Rich asks for, to know what it can draw."""
        return self._encoding

    def fileno(self) -> int:
        return self._fd

    def isatty(self) -> bool:
        return self._tty

    def write(self, text: str) -> int:
        """All of it; waits for the reader."""
        data = text.encode(self._encoding, SPELLED_OUT)
        try:
            while data:
                data = data[os.write(self._fd, data) :]
        except BrokenPipeError as error:
            raise ReaderGoneError from error
        return len(text)


def _direct(file: IO[str]) -> IO[str]:
    """The same file without buffers; as it is where there is no descriptor behind it, as in tests."""
    try:
        file.flush()
        return _Direct(file)  # type: ignore[return-value]
    except (OSError, ValueError, AttributeError):
        return file
