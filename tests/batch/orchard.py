"""A lake whose pictures come, change and go at random, night after night."""

from dataclasses import dataclass, field, replace

import numpy as np
from deltalake import DeltaTable

from conf.lake import Lake
from tests.batch.lakes import Row, append, vectors

LABELS = ("Apricot", "Banana", "Cherry 1", "Kiwi", "Lemon")
#: How an announcement ends, and how often.
OUTCOMES = {"ok": 70, "spoilt": 4, "truncated": 8, "timeout": 10, "changed": 5, "gone": 3}


@dataclass
class Orchard:
    """Writes what happens in a night to `features` of `lake`, as the stream would, and remembers it in `rows`."""

    lake: Lake
    seed: int
    rows: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)

    def night(self, number: int) -> None:
        """Some 40 to 100 announcements in 1 to 4 commits; in some nights something else."""
        if number in {7, 19}:
            return
        if number == 12:  # a label's pictures all leave
            self._commit([self._overwritten(row.path, "truncated") for row in self._now("Kiwi")])
            return
        for _ in range(self.random.integers(1, 5)):
            self._commit([self._announced() for _ in range(self.random.integers(25, 40) // (2 - number % 2))])
        if number == 20:  # the stream's tables are compacted now and then
            DeltaTable(self.lake.uri("features")).optimize.compact()

    def _commit(self, rows: list[Row]) -> None:
        start = self.rows[-1].seq if self.rows else 0
        numbered = [replace(row, seq=start + i, version=row.version or start + i) for i, row in enumerate(rows, 1)]
        append(self.lake, numbered)
        self.rows += numbered

    def _announced(self) -> Row:
        """A new picture, a new version of one, a deferred version once more, or any version replayed."""
        kind = self.random.choice(["new", "overwritten", "retried", "replayed"], p=[0.4, 0.25, 0.15, 0.2])
        latest = {row.version: row for row in self.rows}
        versions = [row for row in latest.values() if kind != "retried" or row.status == "deferred"]
        outcome = str(self.random.choice(list(OUTCOMES), p=np.array(list(OUTCOMES.values())) / 100))
        if kind == "new" or not versions:
            label = LABELS[self.random.integers(len(LABELS))]
            return self._row(f"file:///{label}/{self.random.integers(10**9)}.jpg", outcome)
        again = versions[self.random.integers(len(versions))]
        if kind == "overwritten":
            return self._overwritten(again.path, outcome)
        return self._row(again.path, outcome, again.version)

    def _overwritten(self, path: str, outcome: str) -> Row:
        return self._row(path, outcome)

    def _row(self, path: str, outcome: str, version: int = 0) -> Row:
        model_id = "n" if self.random.random() < 0.2 else "m"
        row = Row(0, None, path, version, label=path.split("/")[-2], model_id=model_id)
        if outcome in {"ok", "spoilt"}:
            features = vectors(1, int(self.random.integers(10**9)))[0] * np.float32(1 + LABELS.index(row.label) / 5)
            return replace(row, features=features if outcome == "ok" else self._spoilt(features))
        return replace(row, status="deferred" if outcome == "timeout" else "rejected", error_code=outcome)

    def _spoilt(self, features: np.ndarray) -> np.ndarray | None:
        """What no stream of ours writes, but a damaged file or another writer may leave."""
        holed = features.copy()
        holed[self.random.integers(len(holed))] = self.random.choice([np.nan, np.inf])
        return [holed, features[:-1], None][self.random.integers(3)]

    def _now(self, label: str) -> list[Row]:
        """One row of each path of a label."""
        return list({row.path: row for row in self.rows if row.label == label}.values())
