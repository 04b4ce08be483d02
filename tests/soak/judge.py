"""A second judge beside `verger audit`, of its own: it knows what was put where, and what must come of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tests.soak.feed import Content
from tests.soak.place import Place

_COLUMNS = ["path", "etag", "seq", "version", "attempt", "status", "error_code", "content_hash"]
#: That two rows of the same bytes differ by at most, whichever process made them.
TOLERANCE = 1e-5


@dataclass
class Verdict:
    """What was counted, and sentences on what is lost, doubled or wrong; none if all is as it must be."""

    announcements: int
    rows: int
    files: int
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether there is nothing to complain of."""
        return not (self.lost or self.doubled or self.wrong)

    def sentences(self) -> list[str]:
        """A few of each kind."""
        kinds = {"lost": self.lost, "doubled": self.doubled, "wrong": self.wrong}
        return [f"{kind}: {one}" for kind, found in kinds.items() for one in found[:10]]


def judge(place: Place, there: dict[str, Content], ledger: pa.Table, features: pa.Table) -> Verdict:
    """After a drain: each file that was put has its row, each announcement one, and the rows are of these bytes."""
    rows: list[dict[str, Any]] = features.select(_COLUMNS).to_pylist()
    announced: dict[int, dict[str, Any]] = {row["seq"]: row for row in ledger.to_pylist()}
    verdict = Verdict(ledger.num_rows, len(rows), len(there))
    seqs, numbers = Counter(row["seq"] for row in rows), Counter(ledger["seq"].to_pylist())
    verdict.doubled += [f"{count} rows for announcement {seq}" for seq, count in seqs.items() if count > 1]
    verdict.doubled += [f"{count} announcements {seq}" for seq, count in numbers.items() if count > 1]
    verdict.lost += [f"announcement {seq} has no row" for seq in announced if seq not in seqs]
    verdict.lost += [f"number {seq} is missing" for seq in range(1, max(numbers, default=0)) if seq not in numbers]
    verdict.wrong += [f"row {row['seq']} is not as announced" for row in rows if not _as_announced(row, announced)]
    _judge_files(place, there, rows, verdict)
    verdict.wrong += _differing(features)
    return verdict


def _as_announced(row: dict[str, Any], announced: dict[int, dict[str, Any]]) -> bool:
    of = announced.get(row["seq"])
    return of is not None and all(of[name] == row[name] for name in ("path", "etag", "version", "attempt"))


def _judge_files(place: Place, there: dict[str, Content], rows: list[dict[str, Any]], verdict: Verdict) -> None:
    current: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: (row["version"], row["seq"])):
        if row["status"] != "deferred" and row["error_code"] not in ("changed", "gone"):
            current[row["path"]] = row
    for name, content in there.items():
        path = place.uri + name
        if path not in current:
            verdict.lost.append(f"{name!r} has no row")
        elif complaint := _complaint(current[path], content):
            verdict.wrong.append(f"{name!r}, row {current[path]['seq']}: {complaint}")
    strays = place.names() ^ there.keys()
    verdict.wrong += [f"{name!r} is not in the landing as it was put or deleted" for name in sorted(strays)]


def _complaint(row: dict[str, Any], content: Content) -> str | None:
    if row["content_hash"] not in (content.sha256, None) or (row["status"] == "ok" and not row["content_hash"]):
        return f"of other bytes, {row['content_hash']}"
    came = row["error_code"] or row["status"]
    return None if came == content.expected else f"{came}, where {content.expected} was expected"


def _differing(features: pa.Table) -> Iterator[str]:
    """Rows that have other features than another row of the same bytes."""
    fine = features.filter(pc.equal(features["status"], "ok")).select(["seq", "content_hash", "features"])
    first: dict[str, tuple[int, np.ndarray[Any, np.dtype[np.float32]]]] = {}
    for batch in fine.to_batches(max_chunksize=1024):
        for seq, digest, vector in zip(*(batch[name] for name in ("seq", "content_hash", "features")), strict=True):
            values = np.asarray(vector.values, np.float32)
            other, before = first.setdefault(digest.as_py(), (seq.as_py(), values))
            if values.shape != (1280,) or not np.allclose(values, before, rtol=0, atol=TOLERANCE):
                yield f"rows {other} and {seq.as_py()} are of the same bytes, and their features differ"
