"""`make cluster-demo`: the packed service on a cluster of processes, as an executor and then its driver are killed."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from conf.lake import Lake
from conf.load import load_settings
from streaming.demo.broken import draw_broken
from streaming.demo.pictures import draw_pictures
from streaming.status import Status, read_status
from tests.cluster.job import LOST, Driver
from tests.cluster.machines import busy_executor, cluster
from tests.cluster.packed import packed
from tests.conftest import FRUITS, ROOT
from tests.servers.server import REGION, Server
from tests.streaming.service import kill_group

BUCKET, BATCH = "orchard", 600
LAKE = Lake(f"s3://{BUCKET}/lake")
CONFIG = f"s3://{BUCKET}/release/emr.toml"
EMR_TOML = f"""
landing = "s3://{BUCKET}/landing/"
lake = "{LAKE.root}"
weights = "s3://{BUCKET}/release/model.zip"
max_objects_per_batch = {BATCH}
"""
TIMEOUT_S = 600.0


def main() -> int:
    """Pack, start the cluster, stream, kill, go on, refit; 0 if every picture has its one row."""
    console = Console(highlight=False, soft_wrap=True)
    with tempfile.TemporaryDirectory(prefix="verger-cluster-") as scratch, moto(Path(scratch)) as server:
        folder = Path(scratch)
        real = FRUITS.is_dir()
        os.environ["VERGER_WEIGHTS"] = str(next((FRUITS / "weights").glob("*.h5"))) if real else "demo"
        console.print("packing what a cluster runs: the wheel, the environment, the model")
        dist = packed(folder / "dist")
        del os.environ["VERGER_WEIGHTS"]
        os.environ.update(server.variables())
        count = put(server.client(), dist, pictures(folder / "drawn", real=real))
        console.print(f"S3 by moto at {server.endpoint} has {count} pictures, ten of them broken")
        with cluster(folder / "machines", server.variables()) as machines:
            console.print(f"Spark {machines.url}: a master, two workers of one core; executors know only the archive")
            driver = Driver.on(machines, dist, server.variables(), load_settings(CONFIG).settings)
            stream_with_kills(driver, console)
            run(driver, console, "stream", "--drain", "--config", CONFIG)
            run(driver, console, "refit", "--config", CONFIG)
        return conclude(read_status(LAKE), count, driver.printed().count(LOST), console)


def stream_with_kills(driver: Driver, console: Console) -> None:
    """A stream until its driver is killed."""
    stream = driver.submit("stream", "--config", CONFIG)
    try:
        done = wait_for(1, stream, driver)
        victim = busy_executor(driver.machines)
        victim.kill()
        console.print(f"{done} pictures have their row. kill -9 of an executor (process {victim.pid}), amid a batch")
        done = wait_for(done + BATCH, stream, driver)
        busy_executor(driver.machines)
    finally:
        kill_group(stream)
    console.print(f"{done} pictures have their row. kill -9 of the driver (JVM and Python), amid a batch")


def run(driver: Driver, console: Console, *words: str) -> None:
    """A job to its end, and what it said."""
    before = driver.out.stat().st_size
    console.print(f"\nspark-submit entry.py {' '.join(words)}")
    code = driver.submit(*words).wait(TIMEOUT_S)
    console.print(driver.out.read_bytes()[before:].decode().rstrip(), markup=False)
    if code:
        raise SystemExit(f"{words[0]} ended with {code}: {driver.printed()[-3000:]}")


def conclude(status: Status, count: int, lost: int, console: Console) -> int:
    """Say whether the law holds; the exit code. `lost`: tasks that ran on the executor as it was killed."""
    rejected = sum(status.rejected.values())
    console.print(
        f"\nKilled: an executor (tasks it ran: {lost}) and the driver. {count} pictures, {status.versions} "
        f"versions = {status.ok} ok + {rejected} rejected + {status.pending} pending; "
        f"the law {'holds' if status.law_holds else 'IS BROKEN'}."
    )
    return 0 if lost and status.law_holds and status.versions == status.ok + rejected == count else 1


def pictures(drawn: Path, *, real: bool) -> list[Path]:
    """The fruits beside the checkout, or drawn ones; and ten broken files."""
    if not real:
        draw_pictures(drawn, per_label=BATCH * 4 // 10, seed=2)
    draw_broken(drawn / "Broken")
    found = sorted((FRUITS / "images").glob("*/*.jpg")) if real else []
    return found + sorted(path for path in drawn.rglob("*") if path.is_file())


def put(client: Any, dist: Path, found: list[Path]) -> int:
    """The release and the pictures, into a new bucket; how many pictures."""
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    client.put_object(Bucket=BUCKET, Key="release/emr.toml", Body=EMR_TOML.encode())
    client.put_object(Bucket=BUCKET, Key="release/model.zip", Body=(dist / "model.zip").read_bytes())
    for picture in found:
        key = f"landing/{picture.parent.name}/{picture.name}"
        client.put_object(Bucket=BUCKET, Key=key, Body=picture.read_bytes())
    return len(found)


def wait_for(count: int, stream: "subprocess.Popen[bytes]", driver: Driver) -> int:
    """Until so many pictures have their row; how many have."""
    until = time.monotonic() + TIMEOUT_S
    while time.monotonic() < until and stream.poll() is None:
        if (done := read_status(LAKE).last_seq) >= count:
            return done
        time.sleep(0.5)
    raise SystemExit(f"the stream did not come so far: {driver.printed()[-3000:]}")


@contextmanager
def moto(folder: Path) -> Iterator[Server]:
    """An S3 server in a process of its own."""
    with (folder / "moto.log").open("wb") as log:
        command = [sys.executable, "-m", "tests.bench.moto_server"]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert process.stdout
        yield Server("moto", process.stdout.readline().strip())
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
