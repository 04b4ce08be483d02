"""`make soak`: a stream that is fed, paused, killed and refitted beside at random, then drained, audited and judged.

    python -m tests.soak --minutes 60 --seed 1      # lives of all lengths, faults of all kinds
    python -m tests.soak --kills 200 --seed 1       # rounds of start, feed, kill -9

Exit code 1 if the law is broken, by `verger audit` or by this test's own judge, or if a command ended as it must not.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from deltalake import DeltaTable
from rich.console import Console

from tests.soak.beside import Beside
from tests.soak.feed import FRUITS, Feed
from tests.soak.gauge import Gauge
from tests.soak.judge import Verdict, judge
from tests.soak.report import Outcome, markdown
from tests.soak.storm import Storm
from tests.streaming.service import Service

WEIGHTS = FRUITS / "weights" / "mobilenet_v2_1.0_224_no_top.weights.h5"


@dataclass(frozen=True)
class Asked:
    """What is to be done, in `folder`."""

    minutes: float
    kills: int
    seed: int
    folder: Path


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="make soak")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--kills", type=int, default=0, help="instead: so many rounds of start, feed, kill -9")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="a Markdown file for the table")
    parser.add_argument("--folder", type=Path, help="where landing and lake go, and stay; else a temporary one")
    args = parser.parse_args()
    for variable in [name for name in os.environ if name.upper().startswith(("VERGER_", "AWS_"))]:
        del os.environ[variable]
    folder = args.folder or Path(tempfile.mkdtemp(prefix="verger-soak-"))
    console = Console(soft_wrap=True, highlight=False, markup=False)
    outcome = soak(Asked(args.minutes, args.kills, args.seed, folder), console)
    text = markdown(outcome)
    console.print(text)
    if args.out:
        args.out.write_text(text, "utf-8")
    if args.folder is None and outcome.holds:
        shutil.rmtree(folder)
    elif not outcome.holds:
        console.print(f"landing, lake and logs are in {folder}")
    return 0 if outcome.holds else 1


def soak(asked: Asked, console: Console) -> Outcome:
    """Run it to its end, and judge it."""
    began, feed = time.monotonic(), Feed(asked.seed)
    service = Service(asked.folder, str(WEIGHTS) if WEIGHTS.exists() else "demo", {"cores": 2})
    beside, gauge = Beside(service), Gauge(service.lake, service.log)
    with console.status("soaking") as status:

        def say(sentence: str) -> None:
            line = f"{(time.monotonic() - began) / 60:6.1f} min  {sentence}"
            if console.is_terminal:
                status.update(line)
            else:
                console.print(line)

        storm = Storm(service, feed, gauge, beside, np.random.default_rng(asked.seed), say)
        if asked.kills:
            service.settings["max_objects_per_batch"] = 40
            storm.kills(asked.kills)
        else:
            storm.lives(asked.minutes)
        say("the last drain")
        storm.drain()
    return Outcome(
        asked.seed, (time.monotonic() - began) / 60, feed.counts, storm.counts + beside.counts, gauge,
        audited(service), judged(service, feed), storm.broken,
    )  # fmt: skip


def audited(service: Service) -> dict[str, Any]:
    """What `verger audit` says, of all pictures."""
    environment = os.environ | {"VERGER_LAKE": str(service.lake), "VERGER_LANDING": str(service.landing)}
    command = [sys.executable, "-m", "verger", "audit", "--json", "--drained", "--sample", "1000000"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    found: dict[str, Any] = json.loads(done.stdout) if done.stdout else {"law_holds": False, "findings": done.stderr}
    return found


def judged(service: Service, feed: Feed) -> Verdict:
    """What this test's own judge says."""
    ledger, features = (DeltaTable(str(service.lake / "tables" / name)) for name in ("ledger", "features"))
    return judge(service.landing, feed.there, ledger.to_pyarrow_table(), features.to_pyarrow_table())


if __name__ == "__main__":
    sys.exit(main())
