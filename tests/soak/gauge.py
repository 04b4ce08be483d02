"""Memory, files and seconds while the stream runs, and whether they are the same at the end as at the beginning."""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from conf.lake import Lake
from tests.bench.family import family
from tests.soak.place import Place

MB = 1e6
TABLES = ("features", "ledger")
#: A process's first so many seconds are not counted: it grows while it starts.
WARM_S = 60.0
_BATCH = re.compile(r"^batch to \d+: .* in ([\d.]+) s, (\d+) pictures/s$", re.MULTILINE)
_COUNTS = re.compile(r"(\d+) (?:ok|rejected|deferred)\b")


@dataclass(frozen=True)
class Sample:
    """One look: seconds since the start of all and of this stream; name -> MB, files, or bytes in MB."""

    at_s: float
    age_s: float
    values: dict[str, float]


@dataclass(frozen=True)
class Third:
    """Medians of the first and of the last third of what was seen, and the greatest of all."""

    first: float
    last: float
    most: float

    @classmethod
    def of(cls, values: list[float]) -> "Third | None":
        """None of less than three."""
        third = len(values) // 3
        return cls(median(values[:third]), median(values[-third:]), max(values)) if third else None

    def is_flat(self, slack: float) -> bool:
        """Whether the last third is no more than a quarter, and `slack`, above the first."""
        return self.last <= 1.25 * self.first + slack


@dataclass
class Gauge:
    """Looks at the stream's processes, its tables and what it prints."""

    place: Place
    lake: Lake
    log: Path
    began: float = field(default_factory=time.monotonic)
    samples: list[Sample] = field(default_factory=list)
    batches: list[tuple[int, float]] = field(default_factory=list)  # (rows, seconds)
    _read: int = 0

    def look(self, pid: int, started: float) -> Sample:
        """At the stream that began then (monotonic time)."""
        now = time.monotonic()
        sample = Sample(now - self.began, now - started, {**memory_mb(pid), **files(self.place, self.lake)})
        self.samples.append(sample)
        self.read_log()
        return sample

    def read_log(self) -> None:
        """Batches that were printed since."""
        text = self.log.read_bytes()[self._read :].decode("utf-8", "replace") if self.log.exists() else ""
        whole = text[: text.rfind("\n") + 1]
        self._read += len(whole.encode())
        for found in _BATCH.finditer(whole):
            rows = sum(int(count) for count in _COUNTS.findall(found[0].partition("(")[0]))
            self.batches.append((rows, float(found[1])))

    def thirds(self) -> dict[str, tuple[Third, float]]:
        """Of each name: its thirds, and the slack in its unit. Memory is that of processes that are warm."""
        warm = [sample.values for sample in self.samples if sample.age_s > WARM_S]
        every = [sample.values for sample in self.samples]
        tables = sorted({name for one in every for name in one if ", " in name})
        seen = {f"{kind}, MB": (_of(warm, kind), 50.0) for kind in ("driver", "jvm", "source", "worker")}
        seen |= {name: (_of(every, name), 20.0) for name in tables}
        seen["seconds a batch"] = [seconds for _, seconds in self.batches], 0.5
        seen["ms a picture"] = [1000 * seconds / rows for rows, seconds in self.batches if rows], 20.0
        thirds = {name: (Third.of(values), slack) for name, (values, slack) in seen.items()}
        return {name: (third, slack) for name, (third, slack) in thirds.items() if third is not None}


def _of(values: Iterable[dict[str, float]], name: str) -> list[float]:
    return [one[name] for one in values if name in one]


def memory_mb(pid: int) -> dict[str, float]:
    """RSS of the biggest process of each kind."""
    peaks: dict[str, float] = {}
    for member in family(pid):
        try:
            rss = member.process.memory_info().rss / MB
        except Exception:  # it has ended
            continue
        peaks[member.kind] = max(peaks.get(member.kind, 0.0), rss)
    return peaks


def files(place: Place, lake: Lake) -> dict[str, float]:
    """Of each table: files of its current version, files in its log and their MB; nothing while S3 doesn't answer."""
    found: dict[str, float] = {}
    for name in TABLES:
        try:
            current = DeltaTable(lake.uri(name), storage_options=lake.storage_options()).file_uris()
            log = place.log(name)
        except (DeltaError, OSError):
            continue
        found[f"{name}, files"], found[f"{name}, log files"] = len(current), len(log)
        found[f"{name}, log MB"] = sum(log) / MB
    return found
