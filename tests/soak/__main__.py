"""`make soak`: a stream that is fed, paused, killed and refitted beside at random, then drained, audited and judged.

    python -m tests.soak --minutes 60 --seed 1      # lives of all lengths, faults of all kinds
    python -m tests.soak --minutes 60 --s3          # the same on S3, which fails now and then, too
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
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from deltalake import DeltaTable
from rich.console import Console

from conf.lake import Lake
from tests.soak.beside import Beside, environment_of
from tests.soak.feed import Feed
from tests.soak.gauge import Gauge
from tests.soak.judge import judge
from tests.soak.on_s3 import Weather, bucket
from tests.soak.place import FolderPlace, Place
from tests.soak.report import Outcome, markdown
from tests.soak.starting import weights
from tests.soak.storm import Storm
from tests.streaming.service import Service

#: As `judge` takes them.
TABLES = ("ledger", "features")


@dataclass(frozen=True)
class Asked:
    """What is to be done, in `folder`; with `s3` landing and lake are in a bucket."""

    minutes: float
    kills: int
    seed: int
    folder: Path
    s3: bool


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="make soak")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--kills", type=int, default=0, help="instead: so many rounds of start, feed, kill -9")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="a Markdown file for the table")
    parser.add_argument("--folder", type=Path, help="where landing and lake go, and stay; else a temporary one")
    parser.add_argument("--s3", action="store_true", help="landing and lake on S3, which has its bad days")
    args = parser.parse_args()
    for variable in [name for name in os.environ if name.upper().startswith(("VERGER_", "AWS_"))]:
        del os.environ[variable]
    folder = args.folder or Path(tempfile.mkdtemp(prefix="verger-soak-"))
    console = Console(soft_wrap=True, highlight=False, markup=False)
    outcome = soak(Asked(args.minutes, args.kills, args.seed, folder, args.s3), console)
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
    began, feed, random = time.monotonic(), Feed(asked.seed), np.random.default_rng(asked.seed)
    with where(asked, random) as (service, place, weather), console.status("soaking") as status:

        def say(sentence: str) -> None:
            line = f"{(time.monotonic() - began) / 60:6.1f} min  {sentence}"
            if console.is_terminal:
                status.update(line)
            else:
                console.print(line)

        lake = Lake(environment_of(service)["VERGER_LAKE"])
        beside, gauge = Beside(service, weather is not None), Gauge(place, lake, service.log)
        storm = Storm(service, place, weather, feed, gauge, beside, random, say)
        if asked.kills:
            service.settings["max_objects_per_batch"] = 40
            storm.kills(asked.kills)
        else:
            storm.lives(asked.minutes)
        say("the last drain")
        storm.drain()
        ledger, features = (DeltaTable(lake.uri(name), storage_options=lake.storage_options()) for name in TABLES)
        verdict = judge(place, feed.there, ledger.to_pyarrow_table(), features.to_pyarrow_table())
        return Outcome(
            asked.seed, (time.monotonic() - began) / 60, feed.counts, storm.counts + beside.counts, gauge,
            audited(service), verdict, storm.broken,
        )  # fmt: skip


@contextmanager
def where(asked: Asked, random: np.random.Generator) -> Iterator[tuple[Service, Place, Weather | None]]:
    """A service, what is asked of its landing, and the faults of S3."""
    if asked.s3:
        with bucket(asked.folder, weights(), random) as made:
            yield made
    else:
        service = Service(asked.folder, weights(), {"cores": 2})
        yield service, FolderPlace(service.landing, service.lake), None


def audited(service: Service) -> dict[str, Any]:
    """What `verger audit` says, of all pictures."""
    command = [sys.executable, "-m", "verger", "audit", "--json", "--drained", "--sample", "1000000"]
    environment = os.environ | environment_of(service)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    found: dict[str, Any] = json.loads(done.stdout) if done.stdout else {"law_holds": False, "findings": done.stderr}
    return found


if __name__ == "__main__":
    sys.exit(main())
