"""The processes that are measured, each on a lake or a landing of its own, and what they print: JSON."""

import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conf.lake import Lake
from tests.bench.growth.lakes import make_lake
from tests.bench.measuring import RunError, timed
from tests.bench.plan import Plan, say

#: Micro-batches of a stream: Spark's file source compacts its log at every tenth, so there are two of those.
BATCHES = 22
#: The first ones warm the JVM up.
WARM = 3
Found = dict[str, Any]


@dataclass(frozen=True)
class Growth:
    """A lake that knows `known` versions; `plan` has the pictures and the folder to work in."""

    plan: Plan
    known: int
    lake: Lake

    @classmethod
    def of(cls, plan: Plan, known: int) -> "Growth":
        """With a new lake."""
        say(f"(growth) a lake of {known:,} known versions")
        return cls(plan, known, make_lake(plan.work / f"known-{known}", known))

    def source(self) -> Found:
        """source.py on a copy of the lake."""
        found = self._run("source", lambda out: (self._copy(out), out / "landing"))
        say(f"  {self.known:,}: the source restarts in {found['restart_s']:.1f} s, {found['rss_mb']:.0f} MB")
        return found

    def stream(self) -> Found:
        """stream.py on a copy of the lake."""
        pictures, weights = self.plan.source.small(self.plan.checked), self.plan.weights
        return self._run("stream", lambda out: (self._copy(out), out / "landing", pictures, weights, BATCHES))

    def file_source(self) -> Found:
        """file_source.py with as many files of its own."""

        def watched(out: Path) -> tuple[object, ...]:
            timed(_command("file_source", "seed", out / "landing", out / "checkpoint", self.known), {}, out)
            return "watch", out / "landing", out / "checkpoint", BATCHES

        return self._run("file_source", watched)

    def _copy(self, out: Path) -> Path:
        """Of hard links: what is written to it doesn't get to the lake."""
        shutil.copytree(self.lake.root, out / "lake", copy_function=os.link)
        return out / "lake"

    def _run(self, script: str, arguments: Any) -> Found:
        out = Path(tempfile.mkdtemp(prefix=f"{script}-", dir=self.plan.work))
        output = timed(_command(script, *arguments(out)), {}, out).output
        shutil.rmtree(out)
        return _last_json(output)


def steady_ms(found: Found) -> list[float]:
    """Milliseconds of the micro-batches after those that warm up."""
    return [float(ms) for ms in found["batches_ms"][WARM:]]


def _command(script: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", f"tests.bench.growth.{script}", *map(str, arguments)]


def _last_json(output: str) -> Found:
    """The last line that is an object, whatever Spark logs beside it. Raises RunError."""
    lines = [line for line in output.splitlines() if line.startswith("{")]
    if not lines:
        raise RunError(f"nothing was measured: {output[-2000:]}")
    found: Found = json.loads(lines[-1])
    return found
