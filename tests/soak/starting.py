"""A stream that restarts after `kill -9` on a lake that knows many versions: how long until its first new row.

python -m tests.soak.starting --known 100000 --times 3
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from deltalake import DeltaTable

from conf.lake import max_seq
from tests.bench.growth.lakes import make_lake
from tests.soak.feed import FRUITS, contents
from tests.soak.gauge import memory_mb
from tests.streaming.service import Service, kill_group

WAIT_S, GOAL_S = 600.0, 20.0


def last_row(service: Service) -> int:
    """The greatest `seq` of `features`."""
    return max_seq(DeltaTable(str(service.lake / "tables" / "features")))


def first_row(service: Service, name: str) -> tuple[float, dict[str, float]]:
    """Put a picture, start a stream and wait for its row, then `kill -9` all: seconds, and MB by kind of process."""
    service.put(f"late/{name}.jpg", contents()[0][0].data)
    before, began = last_row(service), time.monotonic()
    with service.running() as stream:
        while last_row(service) == before:
            assert stream.poll() is None, service.printed()
            assert time.monotonic() < began + WAIT_S, service.printed()
            time.sleep(0.1)
        seconds, memory = time.monotonic() - began, memory_mb(stream.pid)
        kill_group(stream)
    return seconds, memory


def status_s(service: Service) -> float:
    """How long `verger status` takes; it has to say that the law holds."""
    began = time.monotonic()
    command = [sys.executable, "-m", "verger", "status", "--json", "--lake", str(service.lake)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    seconds = time.monotonic() - began
    assert json.loads(said)["law_holds"], said
    return seconds


def weights() -> str:
    """The real ones where they are there."""
    file = FRUITS / "weights" / "mobilenet_v2_1.0_224_no_top.weights.h5"
    return str(file) if file.exists() else "demo"


def main() -> int:
    """1 if the median start is slower than the goal."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.starting")
    parser.add_argument("--known", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="verger-starting-") as folder:
        service = Service(Path(folder), weights())
        make_lake(service.lake, args.known)
        seconds = []
        for number in range(args.times + 1):  # the first one leaves what a kill leaves
            taken, memory = first_row(service, f"{number}")
            load = os.getloadavg()[0]
            print(f"{'before: ' if not number else ''}first new row after {taken:.1f} s, load {load:.1f}, MB: "
                  + ", ".join(f"{kind} {mb:.0f}" for kind, mb in memory.items()), flush=True)  # fmt: skip
            seconds.append(taken)
        print(f"verger status: {status_s(service):.2f} s")
    return int(sorted(seconds[1:])[args.times // 2] > GOAL_S)


if __name__ == "__main__":
    sys.exit(main())
