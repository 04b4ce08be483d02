"""Runs `verger stream` as a user does, kills it as fate does, and checks the law from outside."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from deltalake import DeltaTable

START_S = 300.0


@dataclass
class Service:
    """A landing and a lake in a folder of their own, and the stream that works on them."""

    folder: Path
    weights: str
    settings: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.landing, self.lake, self.log = self.folder / "landing", self.folder / "lake", self.folder / "log"
        self.landing.mkdir(parents=True, exist_ok=True)

    def put(self, name: str, data: bytes) -> Path:
        """Drop a picture into the landing."""
        path = self.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def start(self, *flags: str) -> "subprocess.Popen[bytes]":
        """Start `verger stream` in a process group of its own; what it prints goes to `log`."""
        return self.start_with([sys.executable, "-m", "verger"], *flags)

    def start_with(self, verger: list[str], *flags: str) -> "subprocess.Popen[bytes]":
        """The same, where `verger` is called in another way."""
        settings = {"landing": self.landing, "lake": self.lake, "weights": self.weights, **self.settings}
        environment = os.environ | {f"VERGER_{name.upper()}": str(value) for name, value in settings.items()}
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [*verger, "stream", *flags],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @contextmanager
    def running(self) -> Iterator["subprocess.Popen[bytes]"]:
        """A stream that is killed at the end, if it still runs."""
        stream = self.start()
        try:
            yield stream
        finally:
            kill_group(stream)

    def drain(self, *flags: str, timeout_s: float = 300.0) -> None:
        """Run until nothing is pending; fails with what it printed if that does not end well."""
        stream = self.start("--drain", *flags)
        try:
            code = stream.wait(timeout_s)
        finally:
            kill_group(stream)
        assert code == 0, self.printed()

    def printed(self) -> str:
        """All that the streams have printed."""
        return self.log.read_text("utf-8", "replace")

    def rows(self, *columns: str) -> list[dict[str, Any]]:
        """The rows of `features`, in the order of their announcements."""
        return self._read("features", list(columns) or None)

    def ledger(self) -> list[dict[str, Any]]:
        """The announcements, in order."""
        return self._read("ledger", None)

    def of(self, name: str) -> list[dict[str, Any]]:
        """The rows of one picture, by its name below the landing."""
        uri = f"file://{self.landing / name}"
        return [row for row in self.rows() if row["path"] == uri]

    def wait_for_rows(self, count: int, timeout_s: float = START_S) -> None:
        """Wait until `features` has so many rows."""
        until = time.monotonic() + timeout_s
        while self.row_count() < count:
            assert time.monotonic() < until, self.printed()
            time.sleep(0.2)

    def row_count(self) -> int:
        """Rows of `features`; 0 while there is no table."""
        try:
            return len(self._read("features", ["seq"]))
        except Exception:
            return 0

    def _read(self, table: str, columns: list[str] | None) -> list[dict[str, Any]]:
        found = DeltaTable(str(self.lake / "tables" / table)).to_pyarrow_table(columns=columns)
        rows: list[dict[str, Any]] = found.sort_by("seq").to_pylist()
        return rows

    def assert_law(self) -> None:
        """Every announcement has one row; every file is announced as it is now, and terminal; rows fit the bytes."""
        ledger, rows = self.ledger(), self.rows()
        assert [a["seq"] for a in ledger] == list(range(1, len(ledger) + 1))
        assert [r["seq"] for r in rows] == [a["seq"] for a in ledger], self.printed()
        for announcement, row in zip(ledger, rows, strict=True):
            for column in ("path", "etag", "version", "supersedes", "attempt", "reason"):
                assert announcement[column] == row[column]
        assert_versions(ledger)
        current = {row["path"]: row for row in sorted(rows, key=lambda r: (r["version"], r["seq"]))}
        for file in (path for path in self.landing.rglob("*") if path.is_file()):
            row = current[f"file://{file}"]
            assert row["status"] in ("ok", "rejected")
            if row["content_hash"]:
                assert row["content_hash"] == hashlib.sha256(file.read_bytes()).hexdigest(), file


def assert_versions(ledger: list[dict[str, Any]]) -> None:
    """A new version supersedes the one before of its path; no two in a row have the same ETag."""
    last: dict[str, dict[str, Any]] = {}
    for row in (row for row in ledger if row["reason"] == "new"):
        before = last.get(row["path"])
        assert row["version"] == row["seq"]
        assert row["supersedes"] == (before["version"] if before else None)
        assert before is None or before["etag"] != row["etag"]
        last[row["path"]] = row


def kill_group(stream: "subprocess.Popen[bytes]") -> None:
    """`kill -9` of the driver, the JVM, the source and the workers, all at once."""
    family = _family(stream)
    with suppress(ProcessLookupError):
        os.killpg(stream.pid, signal.SIGKILL)
    for process in family:  # Spark's Python daemons have groups of their own
        _kill(process)
    stream.wait(30)


def kill_jvm(stream: "subprocess.Popen[bytes]") -> None:
    """`kill -9` of the JVM alone, if there is one yet."""
    for process in _family(stream):
        if "java" in process.name():
            _kill(process)


def wait_for_jvm(stream: "subprocess.Popen[bytes]") -> None:
    """Until there is one, or the stream has ended."""
    while stream.poll() is None and not any("java" in process.name() for process in _family(stream)):
        time.sleep(0.05)


def kill_driver(stream: "subprocess.Popen[bytes]") -> None:
    """`kill -9` of the driver's Python alone; the JVM and the source outlive it for a while."""
    stream.kill()
    stream.wait(30)


def _kill(process: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess):
        process.kill()


def _family(stream: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    family: list[psutil.Process] = []
    with suppress(psutil.NoSuchProcess):
        family = psutil.Process(stream.pid).children(recursive=True)
    return family


def counted(rows: list[dict[str, Any]], column: str) -> Counter[Any]:
    """How often each value of a column occurs."""
    return Counter(row[column] for row in rows)
