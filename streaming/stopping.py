"""SIGTERM and Ctrl-C: the first asks the stream to stop between batches, a second one stops it at once."""

import os
import signal
from collections.abc import Callable
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stopping:
    """Whether someone asked to stop while this lasts. `at_once` is called before a second signal ends the process."""

    def __init__(self) -> None:
        self.requested = False
        self.at_once: Callable[[], None] = lambda: None

    def __enter__(self) -> "Stopping":
        self.listen()
        return self

    def __exit__(self, *error: object) -> None:
        """Give the signals back: what comes after a stream ends as Python programs do."""
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def listen(self) -> None:
        """Take over the signals; PySpark sets its own when it starts, so call this again after that."""
        for number in SIGNALS:
            signal.signal(number, self._handle)

    def _handle(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  (what signal calls)
        if self.requested:
            self.at_once()
            os._exit(128 + number)
        self.requested = True
