"""What `verger show` prints of a picture, or gives as JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.console import Console

from conf.terminal import print_pairs, print_sentence
from streaming.showing.facts import Facts


def print_facts(facts: Facts, console: Console, *, as_json: bool) -> None:
    """The current row, each announcement with what came of it, coordinates, and the nearest pictures."""
    if as_json:
        told = asdict(facts) | {"state": facts.state}
        console.file.write(json.dumps(told, indent=2, default=datetime.isoformat) + "\n")
        return
    print_sentence(console, facts.path)
    rows = {row["seq"]: row for row in facts.rows}
    print_pairs(console, [("state", _state(facts)), *_current(rows.get(facts.current))])
    console.print()
    print_sentence(console, f"{_counted(len({a['version'] for a in facts.announcements}), 'version')}, announced:")
    print_pairs(console, ((f"  {a['seq']}", _announced(a, rows.get(a["seq"]))) for a in facts.announcements))
    console.print()
    if facts.pca is not None:
        shown = ", ".join(f"PC{i} {value:.4g}" for i, value in enumerate(facts.pca[:8], 1))
        print_sentence(console, f"in refit {facts.refit_id}: {shown}")
    elif facts.refit_id is not None:
        print_sentence(console, f"not in the last refit, {facts.refit_id}")
    if facts.neighbours:
        print_sentence(console, "nearest pictures, by the cosine of their features:")
        print_pairs(console, ((f"  {near.cosine:.4f}", near.path) for near in facts.neighbours))


def _state(facts: Facts) -> str:
    if facts.state in ("ok", "rejected"):
        return facts.state
    return f"{facts.state}: its next row comes when a stream runs"


def _current(row: dict[str, Any] | None) -> Iterator[tuple[str, str]]:
    """The row that counts for refit and export."""
    if row is None:
        yield "current row", "none"
        return
    yield "current row", f"announcement {row['seq']}" + ("" if row["status"] == "ok" else ", without features")
    yield "label", row["label"]
    size = f"{row['size']:,} bytes, modified {_time(row['modified'])}"
    yield "picture", size if row["width"] is None else f"{row['format']}, {row['width']} x {row['height']}, {size}"
    if row["content_hash"]:
        yield "SHA-256", row["content_hash"]
    if row["error_code"]:
        yield "why", f"{row['error_code']}: {row['error_detail']}"
    yield "model", row["model_id"]
    took_s = (row["featurized_at"] - row["discovered_at"]).total_seconds()
    yield "discovered", _time(row["discovered_at"])
    yield "featured", f"{took_s:.1f} s later, {row['featurize_ms']:.1f} ms of work"


def _announced(announcement: dict[str, Any], row: dict[str, Any] | None) -> str:
    """One announcement, and what came of it."""
    version = f"version {announcement['version']}"
    if announcement["supersedes"] and announcement["reason"] == "new":
        version += f" after {announcement['supersedes']}"
    outcome = "no row yet" if row is None else row["status"]
    if row is not None and row["error_code"]:
        outcome += f" ({row['error_code']}: {row['error_detail']})"
    how = f"{announcement['reason']}, by {announcement['discovered_by']}, attempt {announcement['attempt']}"
    return f"{_time(announcement['announced_at'])}, {version} ({how}): {outcome}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
