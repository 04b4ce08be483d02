"""Where lines of metrics go: standard output or a file, written by a thread that nobody ever waits for."""

import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Full, Queue

from conf.errors import SettingsError

#: Lines that may wait for a reader that is slow: an hour of them, or 3 MB.
MOST = 1_000


class Outlet:
    """Takes lines at once, and writes them when it can. What can't be written is dropped and counted, never raised.

    `target`: "stdout" or a file's path. A file is opened for each line: it may be moved away at any time.
    """

    def __init__(self, target: str) -> None:
        self._write = write_stdout if target == "stdout" else _appender(Path(target))
        self._lines: Queue[str | None] = Queue(MOST)
        self.dropped = 0  # by both threads: a number for people, which may miss one of a million
        self._thread = threading.Thread(target=self._run, name="metrics-outlet", daemon=True)
        self._thread.start()

    def put(self, line: str) -> None:
        """Have it written, with a newline; never blocks, never raises."""
        try:
            self._lines.put_nowait(line)
        except Full:
            self.dropped += 1

    def close(self, timeout_s: float = 2.0) -> None:
        """Wait for what waits to be written, but no longer than this."""
        try:
            self._lines.put_nowait(None)
        except Full:
            return  # nobody has read for long
        self._thread.join(timeout_s)

    def _run(self) -> None:
        torn = False
        while (line := self._lines.get()) is not None:
            data = f"\n{line}\n".encode() if torn else f"{line}\n".encode()
            try:
                torn = self._write(data) < len(data)
            except (OSError, ValueError):  # a closed pipe, a full disk, a folder that is gone
                self.dropped += 1
            else:
                self.dropped += torn


def check_target(target: str) -> None:
    """Raise SettingsError unless `target` is off, stdout, or a file that can be written. Opens nothing."""
    if target in {"off", "stdout"}:
        return
    if not _can_be_written(Path(target)):
        raise SettingsError(
            f"metrics = {target!r} can't be written: set metrics to a file in a folder that is there and that this "
            "user may write to, or to stdout."
        )


def _can_be_written(path: Path) -> bool:
    """Whether it is something else than a folder, and may be opened or made. False where that can't be told."""
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError:
        return os.access(f"{path.parent}/.", os.W_OK)
    except OSError:  # links in a circle, a folder that this user may not enter, too long a name
        return False
    return not is_folder and os.access(path, os.W_OK)


def write_stdout(data: bytes) -> int:
    """One write, past Python's buffers: lines of others can't get in between. Returns how many bytes went."""
    return os.write(1, data)


def _appender(path: Path) -> Callable[[bytes], int]:
    def append(data: bytes) -> int:
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            return os.write(file, data)
        finally:
            os.close(file)

    return append
