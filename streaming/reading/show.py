"""What `verger compare` prints, or gives as JSON."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from rich.console import Console

from conf.terminal import print_pairs, print_sentence
from streaming.reading.compare import Comparison


def print_comparison(found: Comparison, tolerance: float, console: Console, *, as_json: bool) -> None:
    """Counts, greatest and median difference, and whether they agree."""
    if as_json:
        console.file.write(json.dumps(_told(found, tolerance), indent=2) + "\n")
        return
    print_pairs(console, _lines(found))
    verdict = "agree" if found.agrees(tolerance) else "DIFFER"
    print_sentence(console, f"They {verdict}: no picture may differ by more than {tolerance:g}.")


def _told(found: Comparison, tolerance: float) -> dict[str, Any]:
    return {
        "model_id": found.model_id,
        "matched": len(found.differences),
        "matched_by": found.by,
        "only_ours": found.only_ours,
        "only_theirs": found.only_theirs,
        "unusable": found.unusable,
        "max_difference": max(found.differences),
        "median_difference": float(np.median(found.differences)),
        "min_cosine": min(found.cosines),
        "median_cosine": float(np.median(found.cosines)),
        "worst": found.worst,
        "agree": found.agrees(tolerance),
    }


def _lines(found: Comparison) -> Iterator[tuple[str, str]]:
    yield "model", found.model_id
    yield "matched", f"{len(found.differences):,} pictures, by {found.by}"
    yield "only ours", _missing(found.only_ours, found.named_ours)
    yield "only theirs", _missing(found.only_theirs, found.named_theirs)
    if found.unusable:
        yield "not compared", f"{found.unusable:,} rows of theirs, which are not 1,280 finite numbers"
    yield (
        "difference",
        f"{max(found.differences):.1e} at most ({found.worst}), median {np.median(found.differences):.1e}",
    )
    yield "cosine", f"{min(found.cosines):.7f} at least, median {np.median(found.cosines):.7f}"


def _missing(count: int, names: list[str]) -> str:
    return f"{count:,}" + (f", such as {names[0]}" if names else "")
