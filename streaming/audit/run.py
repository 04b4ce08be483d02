"""`verger audit`: features first, then the ledger, then the landing; so what is seen must have been announced."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from deltalake import DeltaTable
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from conf.errors import UserError
from conf.lake import Lake, row_count
from conf.locations import is_s3
from conf.places import check_landing
from conf.settings import Settings
from schemas.features import FEATURES
from schemas.ledger import LEDGER
from schemas.table import Table
from streaming.audit.contents import compare
from streaming.audit.coverage import Last, cover
from streaming.audit.findings import Finding, finding, found
from streaming.audit.landing import Landing
from streaming.audit.law import breaches, states
from streaming.audit.tables import STATUSES, Announced, Ints, hashes, read_features, read_ledger

#: Names the transaction in the ledger's log whose number is the time of the last reconcile, seconds since 1970.
_RECONCILED = "verger.reconciled"


@dataclass(frozen=True)
class Extent:
    """How far an audit goes. `sample`: pictures that are read again; `settle_s`: how long a listing may take.

    `drained`: nothing may wait: every object is announced, and every version is ok or rejected.
    """

    sample: int = 100
    settle_s: float = 600.0
    drained: bool = False


@dataclass(frozen=True)
class Audit:
    """What was counted, and what is wrong. The law holds if nothing is."""

    lake: str
    announcements: int
    versions: int
    ok: int
    rejected: int
    pending: int
    objects: int
    young: int
    compared: int
    seconds: float
    findings: tuple[Finding, ...]

    @property
    def law_holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def audit(settings: Settings, extent: Extent, console: Console) -> Audit:
    """Audit a lake against its landing, beside a running stream or without one. Writes nothing.

    Needs some 300 bytes of memory an announcement.

    Raises:
        UserError: there is no such lake or landing, or it can't be read.
        FailedError: the landing can't be listed or read.
    """
    began, lake, landing = time.monotonic(), Lake(settings.lake), Landing(settings)
    features, ledger = _open(lake, FEATURES), _open(lake, LEDGER)
    if not is_s3(settings.landing):
        check_landing(settings.landing)
    with _progress(console) as stage:
        rows = read_features(features, stage("features", row_count(features)))
        ledger.update_incremental()
        announced = read_ledger(ledger, stage("ledger", row_count(ledger)))
        latest, status = states(announced, rows)
        wrong = [*breaches(announced, rows), *_waiting(latest, status, extent)]
        old_us = _old_us(ledger, announced, extent)
        last = Last.of(announced, rows, latest)
        coverage = cover(landing.objects(), last, old_us, extent.sample, stage("landing", None))
        sampled = coverage.sampled
        of_sample = rows.seq[np.isin(rows.path, hashes([one.path for one in sampled]))]
        contents = compare(features, of_sample, landing, sampled, stage("sampled pictures", len(sampled)))
    terminal = {name: int(np.count_nonzero(status == STATUSES.index(name))) for name in ("ok", "rejected")}
    return Audit(
        lake=lake.root,
        announcements=len(announced.seq),
        versions=len(latest),
        **terminal,
        pending=len(latest) - sum(terminal.values()),
        objects=coverage.objects,
        young=coverage.young,
        compared=contents.compared,
        seconds=time.monotonic() - began,
        findings=found([*wrong, coverage.finding(), *contents.findings()]),
    )


def _open(lake: Lake, table: Table) -> DeltaTable:
    opened = lake.open(table)
    if opened is None:
        raise UserError(f"there is no table {table.name} in {lake.root}: set VERGER_LAKE to a lake that has one")
    return opened


def _waiting(latest: Ints, status: Ints, extent: Extent) -> Iterator[Finding]:
    """A deferred version, or one without a row, may wait: unless nothing should wait any more."""
    if extent.drained:
        waits = ~np.isin(status, [STATUSES.index("ok"), STATUSES.index("rejected")])
        yield finding("waiting", np.sort(latest[waits]))


def _old_us(ledger: DeltaTable, announced: Announced, extent: Extent) -> int:
    """Since when an object must be as it is, for the last listing that is known of to have met it."""
    if extent.drained:
        return int(time.time() * 1e6)
    reconciled_us = (ledger.transaction_version(_RECONCILED) or 0) * 1_000_000
    return max(announced.last_found_us, reconciled_us) - int(extent.settle_s * 1e6)


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[str, int | None], Callable[[int], None]]]:
    """A bar for each stage, on a terminal; elsewhere nothing is shown."""
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=None), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_interactive) as progress:

        def stage(name: str, total: int | None) -> Callable[[int], None]:
            task = progress.add_task(name, total=total)
            return lambda count: progress.advance(task, count)

        yield stage
