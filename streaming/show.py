"""`verger status` on a terminal, or as JSON."""

import json
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas.text import printable
from streaming.durations import duration
from streaming.status import Status


def print_status(status: Status, console: Console, *, as_json: bool) -> None:
    """Print what the tables say, a line a number and a sentence a problem."""
    if as_json:
        console.file.write(json.dumps(asdict(status), indent=2) + "\n")
        return
    table = Table.grid(padding=(0, 2))
    for name, value in _lines(status):
        table.add_row(name, Text(printable(value)))
    console.print(table)
    for problem in status.problems:
        console.print(f"! {printable(problem)}", markup=False, highlight=False, soft_wrap=True)


def _lines(status: Status) -> list[tuple[str, str]]:
    codes = ", ".join(f"{code} {count}" for code, count in status.rejected.items())
    waiting = f" ({status.deferred} to be tried again)" if status.deferred else ""
    oldest = "" if status.oldest_pending_s is None else f", the oldest for {duration(status.oldest_pending_s)}"
    batch, refit = status.last_batch, status.last_refit
    return [
        ("lake", status.lake),
        ("object versions", f"{status.versions:,}"),
        ("ok", f"{status.ok:,}"),
        ("rejected", f"{sum(status.rejected.values()):,}" + (f" ({codes})" if codes else "")),
        ("pending", f"{status.pending:,}{waiting}{oldest}"),
        *([("skipped", _skipped(status))] if status.skipped else []),
        *([("events", _events(status))] if status.events else []),
        *([("last reconcile", _reconcile(status))] if status.last_reconcile else []),
        *([("asked for", "; ".join(status.requests))] if status.requests else []),
        *([("cleaned", f"{status.cleaned:,}")] if status.cleaned else []),
        ("last batch", f"{batch['rows']:,} rows at {batch['at'].replace('T', ' ')[:19]} UTC" if batch else "none yet"),
        ("last refit", _refit(refit) if refit else "none yet"),
        ("the law", "holds: each announcement has one row" if status.law_holds else "IS BROKEN"),
    ]


def _refit(refit: dict[str, Any]) -> str:
    share = sum(refit["explained_variance_ratio"])
    at = refit["at"].replace("T", " ")[:19]
    return f"{refit['n']:,} pictures, {refit['k']} components with {share:.1%} of the variance, at {at} UTC"


def _skipped(status: Status) -> str:
    reasons = ", ".join(f"{why} {count}" for why, count in status.skipped.items())
    return f"{sum(status.skipped.values()):,} names ({reasons}), such as {status.skipped_names[0]}"


def _events(status: Status) -> str:
    return ", ".join(f"{outcome.replace('_', ' ')} {count:,}" for outcome, count in status.events.items())


def _reconcile(status: Status) -> str:
    at = str(status.last_reconcile).replace("T", " ")[:19]
    oldest = f", the oldest {duration(status.oldest_missed_s)} old" if status.missed else ""
    return f"at {at} UTC, {status.missed:,} missed{oldest}"
