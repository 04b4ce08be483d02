"""`verger status` on a terminal, or as JSON."""

import json
from dataclasses import asdict
from typing import Any

from rich.console import Console

from conf.terminal import print_pairs, print_sentence
from streaming.durations import duration
from streaming.status import Status


def print_status(status: Status, console: Console, *, as_json: bool) -> None:
    """Print what the tables say, a line a number, then whether all is well, and a sentence a problem."""
    if as_json:
        console.file.write(json.dumps(asdict(status), indent=2) + "\n")
        return
    print_pairs(console, _lines(status))
    console.print()
    print_sentence(console, _verdict(status))
    for sentence in (*status.problems, *status.warnings):
        print_sentence(console, f"! {sentence}")


def _verdict(status: Status) -> str:
    """In words whether all is well; what to do about it is in the sentences that follow."""
    if status.problems:
        return "Not well:"
    still = " Nothing waits." if not status.pending else f" {status.pending:,} pictures wait, and are being worked on."
    return f"All is well.{still}" + (" Worth a look:" if status.warnings else "")


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
        *([] if status.law_holds is None else [("the law", _law(holds=status.law_holds))]),
    ]


def _law(*, holds: bool) -> str:
    return "holds: each announcement has one row" if holds else "IS BROKEN"


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
