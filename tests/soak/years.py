"""A table that lives for years: so many commits to ledger and features, tidied by the stream's own code.

    python -m tests.soak.years --commits 20000 --keep "interval 1 minutes"

A commit is one announcement and its row. Both tables are written by the stream's own classes, without Spark. `--keep`
makes the tables' retention shorter, as commits come faster here than in life; without it nothing is old enough to go.
At each mark: a real stream's first row, `verger status`, what is on the disk.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from deltalake import DeltaTable

from conf.lake import Lake
from schemas.features import FEATURES
from streaming.lake import prepare
from streaming.landing.ledger import Draft, Ledger
from tests.soak.gauge import files
from tests.soak.place import FolderPlace
from tests.soak.starting import first_row, status_s, weights
from tests.streaming.landing.fakes import NOW
from tests.streaming.service import Service
from tests.streaming.sinking import Writer

_SAME = {
    "label": "gone", "status": "rejected", "error_code": "gone", "error_detail": "gone", "model_id": "m",
    "discovered_at": NOW, "featurized_at": NOW, "featurize_ms": 0.0,
}  # fmt: skip
_KEPT = ("delta.logRetentionDuration", "delta.deletedFileRetentionDuration")
_COLUMNS = frozenset(FEATURES.arrow().names) - {"seq"}


@dataclass
class Years:
    """A lake that is committed to; milliseconds of each commit since the last mark."""

    service: Service
    ms: dict[str, list[float]] = field(default_factory=lambda: {"ledger": [], "features": []})

    def __post_init__(self) -> None:
        self.lake = Lake(str(self.service.lake))
        prepare(self.lake)

    def keep(self, interval: str) -> None:
        """As if commits came more slowly."""
        for table in ("ledger", "features"):
            DeltaTable(self.lake.uri(table)).alter.set_table_properties(dict.fromkeys(_KEPT, interval))

    def commit(self, count: int) -> None:
        """So many announcements, each with its row."""
        ledger = Ledger(self.lake)
        features = Writer(self.lake, self.service.folder / "checkpoint")
        for _ in range(count):
            began = time.perf_counter()
            number = ledger.head + 1
            ledger.append([Draft(f"file:///gone/{number}.jpg", f"e{number}", 1, NOW, None)])
            self.ms["ledger"].append(1000 * (time.perf_counter() - began))
            row = ledger.rows(number - 1, number).to_pylist()[0]
            began = time.perf_counter()
            known = {name: row[name] for name in row.keys() & _COLUMNS}
            features.write(features.files(number, **known | _SAME), number)
            self.ms["features"].append(1000 * (time.perf_counter() - began))

    def mark(self, commits: int) -> None:
        """Print how it stands, as a line of a Markdown table."""
        commit_ms = [f"{median(self.ms[table]):.1f} (most {max(self.ms[table]):.0f})" for table in self.ms]
        seen = files(FolderPlace(self.service.landing, self.service.lake), self.lake)
        for table in self.ms:
            seen[f"{table}, files on disk"] = sum(1 for _ in Path(self.lake.uri(table)).glob("*.parquet"))
        names = [f"{table}, {what}" for table in self.ms for what in ("files", "files on disk", "log files")]
        tables = [f"{seen[name]:.0f}" for name in names]
        log_mb = [f"{seen[f'{table}, log MB']:.1f}" for table in self.ms]
        starts, memory = zip(*(first_row(self.service, f"{commits}-{n}") for n in range(2)), strict=True)
        cells = [f"{commits:,}", *commit_ms, *tables, *log_mb, f"{status_s(self.service):.1f}", f"{min(starts):.1f}",
                 f"{memory[-1].get('driver', 0):.0f}", f"{memory[-1].get('source', 0):.0f}"]  # fmt: skip
        print(f"| {' | '.join(cells)} |", flush=True)
        for values in self.ms.values():
            values.clear()


HEAD = (
    "commits", "ledger append, ms", "features append, ms", "ledger: files", "on disk", "in its log",
    "features: files", "on disk", "in its log", "ledger log MB", "features log MB", "status, s", "first row, s",
    "driver MB", "source MB",
)  # fmt: skip


def main() -> int:
    """0, or an error if the law does not hold at a mark."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.years")
    parser.add_argument("--commits", type=int, default=20_000)
    parser.add_argument("--marks", default="1000,5000")
    parser.add_argument("--keep", help='retention of both tables, such as "interval 1 minutes"')
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="verger-years-") as folder:
        years = Years(Service(Path(folder), weights()))
        if args.keep:
            years.keep(args.keep)
        print(f"| {' | '.join(HEAD)} |\n|{' --- |' * len(HEAD)}", flush=True)
        done = 0
        for mark in sorted({*map(int, args.marks.split(",")), args.commits}):
            years.commit(mark - done)
            years.mark(mark)
            done = mark
    return 0


if __name__ == "__main__":
    sys.exit(main())
