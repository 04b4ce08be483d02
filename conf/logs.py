"""What reaches the terminal: warnings of ours. PySpark's own tracebacks, when its JVM dies, do not."""

import logging
import socketserver

#: Our packages' loggers are named so.
OURS = ("batch", "conf", "schemas", "streaming", "verger")


def configure_logs() -> None:
    """Set the root logger up, once for each process: it is the application's, not a library's."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    handler.addFilter(lambda record: record.name.split(".")[0] in OURS)
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    # PySpark's server for accumulators would print a traceback when the JVM hangs up on it.
    socketserver.BaseServer.handle_error = lambda *_: None  # type: ignore[method-assign]
