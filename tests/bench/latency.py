"""How long a picture waits on an idle stream, what idling costs, and how long starting and asking take."""

import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from statistics import median

import psutil
from deltalake import DeltaTable

from conf.lake import row_count
from tests.bench.configurations import verger
from tests.bench.family import family
from tests.bench.measuring import RunError, environment, reap_orphans
from tests.bench.plan import ROOT, Plan, say
from tests.bench.report import Row
from tests.bench.spread import Spread, percentile

LOOK_S, FIRST_ROW_S, ROW_S, STOP_S = 0.02, 120.0, 60.0, 60.0
STATUS_RUNS = 5
#: From one picture's row to the next picture, in seconds, by turns: apart from the trigger's one second.
PAUSES_S = (2.13, 2.41, 2.67, 2.89, 3.31)


def measure(plan: Plan) -> list[Row]:
    """Cold start, latency, idle CPU and `verger status`, all with one stream of its own."""
    say("(latency) an idle stream")
    landing, out = plan.work / "latency" / "landing", plan.work / "latency"
    pictures = iter(sorted(plan.source.small(plan.pictures).rglob("*.jpg")))
    began = time.perf_counter()
    _drop(next(pictures), landing, "first")
    with _stream(plan, landing, out) as stream:
        cold_s = until_rows(out, stream, 1, FIRST_ROW_S) - began
        say(f"  first row after {cold_s:.1f} s")
        waits = []
        for index, picture in enumerate(islice(pictures, plan.drops)):
            time.sleep(PAUSES_S[index % len(PAUSES_S)])
            dropped = _drop(picture, landing, str(index))
            waits.append(until_rows(out, stream, index + 2, ROW_S) - dropped)
        say(f"  rows after {', '.join(f'{wait:.2f}' for wait in waits)} s")
        idle = _idle_cpu(stream.pid, plan.idle_s)
        status = [_status_s(plan, landing, out) for _ in range(STATUS_RUNS)]
    return [
        Row(
            "cold start: from `verger stream` to the first row, s",
            Spread.of([cold_s]),
            goal=15.0,
            how="one picture waits",
        ),
        Row(
            "latency on an idle stream: from the file to its row's commit, s, its p95",
            Spread(percentile(waits, 95), min(waits), percentile(waits, 95)),
            goal=3.0,
            how=f"{len(waits)} pictures one by one, median {median(waits):.2f} s; trigger 1 s, settling 0.5 s",
            runs={"waits_s": waits},
        ),
        Row(
            "idle CPU, % of one core",
            Spread.of([100 * sum(idle.values())]),
            goal=3.0,
            how=f"over {plan.idle_s:g} s: " + ", ".join(f"{kind} {100 * share:.1f}" for kind, share in idle.items()),
            runs={"by_kind": dict(idle)},
        ),
        Row("`verger status`, s", Spread.of(status), how=f"{STATUS_RUNS} runs beside the idle stream", goal=2.0),
    ]


@contextmanager
def _stream(plan: Plan, landing: Path, out: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with (out / "log").open("wb") as log:
        stream = subprocess.Popen(
            [sys.executable, "-m", "verger", "stream"],
            cwd=ROOT,
            env=environment(verger(plan.weights).variables(landing, out)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            yield stream
        finally:
            stream.terminate()
            try:
                stream.wait(STOP_S)
            finally:
                stream.kill()
                reap_orphans()


def _drop(picture: Path, landing: Path, name: str) -> float:
    """Put a copy into the landing, whole at once; when."""
    folder = landing / picture.parent.name
    folder.mkdir(parents=True, exist_ok=True)
    hidden = folder / f".{name}"
    shutil.copyfile(picture, hidden)
    hidden.rename(folder / f"{name}.jpg")
    return time.perf_counter()


def until_rows(out: Path, stream: "subprocess.Popen[bytes]", rows: int, most_s: float) -> float:
    """When `features` has so many rows. Raises RunError if it never has."""
    until = time.perf_counter() + most_s
    log = out / "lake" / "tables" / "features" / "_delta_log"
    while time.perf_counter() < until and stream.poll() is None:
        # A cheap look first: a table is opened only when there is a commit that wasn't there.
        if any(log.glob("*.json")) and row_count(DeltaTable(str(log.parent))) >= rows:
            return time.perf_counter()
        time.sleep(LOOK_S)
    raise RunError(f"no {rows} rows in {most_s:g} s: {(out / 'log').read_text()[-2000:]}")


def _idle_cpu(pid: int, seconds: float) -> Counter[str]:
    """Cores used while nothing lands, by kind of process."""
    before = _cpu_s(pid)
    time.sleep(seconds)
    after = _cpu_s(pid)
    return Counter({kind: (cpu_s - before[kind]) / seconds for kind, cpu_s in after.items()})


def _cpu_s(pid: int) -> Counter[str]:
    used: Counter[str] = Counter()
    for member in family(pid):
        try:
            times = member.process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        used[member.kind] += times.user + times.system
    return used


def _status_s(plan: Plan, landing: Path, out: Path) -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "verger", "status", "--json"],
        cwd=ROOT,
        env=environment(verger(plan.weights).variables(landing, out)),
        capture_output=True,
        check=True,
    )
    return time.perf_counter() - began
