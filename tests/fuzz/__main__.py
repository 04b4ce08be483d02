"""`make fuzz`: damaged pictures through the function that the worker runs, judged by other decoders.

Ends with 1 if a picture crashed or hung the process, was a bug of ours (`crashed`), or was taken though another decoder
refuses it. Such pictures are kept in build/fuzz/.
"""

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tests.fuzz.child import Child, Lost, featurizing, judging
from tests.fuzz.mutate import mutated
from tests.fuzz.seeds import seeds

KEPT = Path("build/fuzz")
#: Seconds that one picture may take, on a core that others use, too.
HANG_S = 60.0


@dataclass
class Fuzzing:
    """What came of the pictures so far."""

    outcomes: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    unjudged: int = 0
    slowest_ms: float = 0.0
    rss_kib: int = 0

    def run(self, count: int, seed: int, minutes: float) -> int:
        """How many pictures it was."""
        random, files, until = np.random.default_rng(seed), seeds(), time.monotonic() + 60 * minutes
        kinds = sorted(files)
        worker, judge = Child(featurizing, HANG_S), Child(judging, HANG_S)
        for number in range(count):
            if time.monotonic() > until:
                return number
            kind = kinds[int(random.integers(len(kinds)))]
            data, other = (files[kind][int(i)] for i in random.integers(len(files[kind]), size=2))
            self._one(mutated(data, other, kind, random), worker, judge)
        return count

    def _one(self, data: bytes, worker: Child, judge: Child) -> None:
        row = worker.ask(data)
        if isinstance(row, Lost):
            self._keep(row.how, data, row.detail)
            return
        self.outcomes[row["error_code"] or "ok"] += 1
        self.slowest_ms, self.rss_kib = max(self.slowest_ms, row["featurize_ms"]), max(self.rss_kib, row["rss"])
        if why := _wrong(row):
            self._keep("bug", data, why)
        if row["status"] == "ok":
            self._judge(data, row["format"], judge)

    def _judge(self, data: bytes, kind: str, judge: Child) -> None:
        complaints = judge.ask((data, kind))
        if isinstance(complaints, Lost):
            self.unjudged += 1  # another decoder crashed, not ours
        elif complaints:
            self._keep("wrong ok", data, f"{kind}: {' | '.join(complaints)}")

    def _keep(self, what: str, data: bytes, why: str) -> None:
        self.outcomes[what] += 1
        self.findings[what] += 1
        KEPT.mkdir(parents=True, exist_ok=True)
        name = f"{what.replace(' ', '-')}-{hashlib.sha256(data).hexdigest()[:12]}"
        (KEPT / name).write_bytes(data)
        sys.stdout.write(f"{what}: {KEPT / name}: {why}\n")
        sys.stdout.flush()


def _wrong(row: dict[str, Any]) -> str | None:
    """What a row must not say, whatever the picture."""
    detail = row["error_detail"] or ""
    if row["error_code"] == "crashed" or (row["status"] == "ok") != (row["features"] == 1280):
        return f"{row['status']} {row['error_code']}: {detail}"
    return None if detail.isprintable() else f"unprintable detail: {detail!r}"


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("-n", type=int, default=10_000, help="pictures")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=30.0, help="end after so many, however many it were")
    args = parser.parse_args()
    began, fuzzing = time.monotonic(), Fuzzing()
    count = fuzzing.run(args.n, args.seed, args.minutes)
    report = {
        "pictures": count,
        "seed": args.seed,
        "seconds": round(time.monotonic() - began),
        "outcomes": dict(fuzzing.outcomes.most_common()),
        "findings": dict(fuzzing.findings),
        "ok, but the judge crashed": fuzzing.unjudged,
        "slowest_ms": round(fuzzing.slowest_ms),
        "peak_rss_mib": fuzzing.rss_kib // 1024,
    }
    sys.stdout.write(json.dumps(report, indent=2) + "\n")
    return 1 if fuzzing.findings else 0


if __name__ == "__main__":
    sys.exit(main())
