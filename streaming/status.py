"""What the tables say about a lake: every version is ok, rejected or pending. Needs no JVM, and no stream."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

from conf.lake import Lake
from conf.locks import is_at_work
from schemas.features import FEATURES
from schemas.ledger import LEDGER
from streaming.cleaning.progress import Progress
from streaming.durations import duration
from streaming.landing.news import News
from streaming.landing.news_copy import read_news
from streaming.last_refit import last_refit
from streaming.requests.box import open_box
from streaming.requests.request import Forget
from streaming.requests.waiting import look

#: Pictures that wait for so long, while no batch is committed, are no backlog: a batch takes a minute or two at most.
STUCK_S = 600.0


@dataclass(frozen=True)
class Status:
    """Counts of object versions; `versions = ok + rejected + pending`. Times in seconds."""

    lake: str
    versions: int = 0
    ok: int = 0
    rejected: dict[str, int] = field(default_factory=dict)  # by error code
    pending: int = 0
    deferred: int = 0  # the part of pending that was tried, and waits for another attempt
    oldest_pending_s: float | None = None
    skipped: dict[str, int] = field(default_factory=dict)  # names in the last listing that were not taken, by reason
    skipped_names: tuple[str, ...] = ()  # the first few of them
    events: dict[str, int] = field(default_factory=dict)  # what became of them since the stream's start
    missed: int = 0  # objects that the last reconcile found though their events should have come, but had not
    oldest_missed_s: float = 0.0  # age of the oldest of them, then
    last_reconcile: str | None = None  # when it was over
    cleaned: int = 0  # pictures moved, deleted or tagged since that was turned on
    law_holds: bool | None = True  # None: there is no lake
    last_seq: int = 0  # the last announcement that has a row
    last_batch: dict[str, Any] | None = None
    last_refit: dict[str, Any] | None = None
    requests: tuple[str, ...] = ()  # what is asked for and not done, in words
    problems: tuple[str, ...] = ()  # what must be mended, each with what to do
    warnings: tuple[str, ...] = ()  # what is worth a look: the last refit's


def read_status(lake: Lake) -> Status:
    """Read `features` first, then the ledger: so every row that is seen has its announcement.

    Raises:
        LakeError: a table of another schema version, or one that can't be read.
    """
    features, ledger = lake.open(FEATURES), lake.open(LEDGER)
    if features is None or ledger is None:
        missing = f"there is no lake at {lake.root} yet: run `verger stream`"
        return Status(lake.root, law_holds=None, problems=(missing,))
    rows = features.to_pyarrow_dataset().to_table(columns=["seq", "status", "error_code"])
    announced = ledger.to_pyarrow_dataset().to_table(columns=["seq", "version", "announced_at"])
    latest = _latest(announced, rows)
    statuses = Counter(latest["status"].to_pylist())
    terminal = latest.filter(pc.equal(latest["status"], "rejected"))
    waiting = latest.filter(pc.invert(pc.is_in(latest["status"], pa.array(["ok", "rejected"]))))
    news = read_news(lake)
    refit, cleaning = last_refit(lake), _progress(lake)
    waiting_requests, troubles = _requests(lake, pc.max(announced["seq"]).as_py() or 0)
    breaches = tuple(_breaches(announced["seq"], rows["seq"]))
    oldest_s, last_batch = _oldest_s(waiting["announced_at_min"]), _last_batch(features)
    return Status(
        lake=lake.root,
        versions=latest.num_rows,
        ok=statuses["ok"],
        rejected=dict(Counter(terminal["error_code"].to_pylist()).most_common()),
        pending=waiting.num_rows,
        deferred=statuses["deferred"],
        oldest_pending_s=oldest_s,
        skipped=news.skipped,
        skipped_names=tuple(news.skipped_names),
        events=news.events,
        missed=news.missed,
        oldest_missed_s=news.oldest_missed_s,
        last_reconcile=news.reconciled_at,
        cleaned=cleaning.cleaned,
        law_holds=not breaches and latest.num_rows == statuses["ok"] + terminal.num_rows + waiting.num_rows,
        last_seq=pc.max(rows["seq"]).as_py() or 0,
        last_batch=last_batch,
        last_refit=refit,
        requests=waiting_requests,
        problems=(
            *breaches,
            *_problems(news),
            *_waiting(lake, waiting.num_rows, oldest_s, last_batch),
            *troubles,
            *_cleaning(cleaning),
        ),
        warnings=tuple(f"at the last refit, {warning}" for warning in (refit or {}).get("warnings", ())),
    )


def _latest(announced: pa.Table, rows: pa.Table) -> pa.Table:
    """For each version: its first `announced_at`, and the status and code of its latest announcement (null: no row)."""
    versions = announced.group_by("version").aggregate([("seq", "max"), ("announced_at", "min")])
    return versions.join(rows, keys="seq_max", right_keys="seq", join_type="left outer")


def _breaches(announced: pa.ChunkedArray, done: pa.ChunkedArray) -> Iterator[str]:
    """What contradicts the law, by counts: both tables hold 1, 2, 3, ... without gaps, and no row is too many."""
    for name, seqs in (("ledger", announced), ("features", done)):
        rows, distinct, last = len(seqs), pc.count_distinct(seqs).as_py(), pc.max(seqs).as_py() or 0
        if not rows == distinct == last:
            yield (
                f"the law is broken: {name} has {rows} rows, {distinct} distinct, for announcements 1 to {last}: stop "
                "the stream, run `verger audit`, and restore both tables from a backup"
            )
    if (pc.max(done).as_py() or 0) > (pc.max(announced).as_py() or 0):
        yield (
            "the law is broken: features has rows that were never announced: the ledger is older than the table; "
            "restore both from the same backup"
        )


def _oldest_s(announced_at: pa.ChunkedArray) -> float | None:
    oldest = pc.min(announced_at).as_py()
    return None if oldest is None else max(0.0, (datetime.now(timezone.utc) - oldest).total_seconds())


def _last_batch(features: DeltaTable) -> dict[str, Any] | None:
    """Time and rows of the last commit that a stream made, among the latest ten."""
    for commit in features.history(limit=10):
        if commit.get("operation") == "WRITE" and "userMetadata" in commit:
            at = datetime.fromtimestamp(commit["timestamp"] / 1000, timezone.utc)
            rows = int(commit.get("operationMetrics", {}).get("numOutputRows", 0))
            return {"at": at.isoformat(timespec="milliseconds"), "rows": rows}
    return None


def _problems(news: News) -> Iterator[str]:
    if news.error:
        yield f"new pictures can't be found: {news.error}"
    if news.missed:
        yield (
            f"the last reconcile found {news.missed} pictures of which no event had come (missed = {news.missed}, "
            f"oldest = {news.oldest_missed_s:.0f} s): check the bucket's notifications and the queue"
        )


def _waiting(lake: Lake, pending: int, oldest_s: float | None, last_batch: dict[str, Any] | None) -> Iterator[str]:
    if pending and not is_at_work(lake, "stream"):
        yield f"{pending} pictures wait and no stream is running: run `verger stream`"
    elif pending and min(oldest_s or 0.0, _age_s(last_batch)) > STUCK_S:
        yield (
            f"{pending} pictures wait, the oldest for {duration(oldest_s or 0.0)}, and though a stream is running, no "
            f"batch was committed for {duration(_age_s(last_batch))}: look at what it prints, then stop and start it"
        )


def _age_s(batch: dict[str, Any] | None) -> float:
    at = datetime.fromisoformat(batch["at"]) if batch else datetime.fromtimestamp(0, timezone.utc)
    return (datetime.now(timezone.utc) - at).total_seconds()


def _requests(lake: Lake, head: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What waits, and what is wrong with it."""
    try:
        found = look(open_box(lake), head)
    except OSError as error:
        return (), (f"requests can't be read: {error}",)
    at_start = [f"{asked}: done by the next start of `verger stream`" for asked in found.of(Forget).values()]
    return tuple(map(str, found.requests.values())), (*found.problems(), *at_start)


def _progress(lake: Lake) -> Progress:
    try:
        return Progress.read(lake)
    except OSError as error:
        return Progress(problem=f"how far it is can't be read: {error}")


def _cleaning(progress: Progress) -> Iterator[str]:
    if progress.problem:
        at = f", at {progress.at.replace('T', ' ')[:19]} UTC" if progress.at else ""
        yield f"cleaning the landing{at}: {progress.problem}"
