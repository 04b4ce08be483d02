"""What reaches the terminal: warnings of ours, in which no name can pass for a line or a command.

PySpark's own tracebacks, when its JVM dies, do not.
"""

import logging
import socketserver
from typing import Any

from conf.masking import masked
from schemas.text import printable

#: Our packages' loggers are named so.
OURS = ("batch", "conf", "schemas", "streaming", "verger")


class PlainFormatter(logging.Formatter):
    """A message is one line without control characters or passwords of URLs; lines of a traceback are indented."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  (what logging calls)
        """The line."""
        return printable(masked(super().formatMessage(record)))

    def formatException(self, ei: Any) -> str:  # noqa: N802  (what logging calls)
        """The lines below it."""
        return "\n".join(f"  {printable(masked(line))}" for line in super().formatException(ei).splitlines())


def configure_logs() -> None:
    """Set the root logger up, once for each process: it is the application's, not a library's."""
    handler = logging.StreamHandler()
    handler.setFormatter(PlainFormatter("%(levelname)s %(message)s"))
    handler.addFilter(lambda record: record.name.split(".")[0] in OURS)
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    # PySpark's server for accumulators would print a traceback when the JVM hangs up on it.
    socketserver.BaseServer.handle_error = lambda *_: None  # type: ignore[method-assign]
