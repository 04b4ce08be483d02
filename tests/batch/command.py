"""`verger refit` as a user or a timer runs it, and what readers of its lake see."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
from deltalake import DeltaTable
from PIL import Image

from batch.publishing import KEPT_PROJECTIONS
from batch.reports import PAGE, PCA_MODEL, PLOT, SCREE
from conf.lake import Lake
from tests.batch.running import latest, projection_of, report
from tests.streaming.service import kill_group

WAIT_S = 120.0


@contextmanager
def running(lake: Lake, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A refit in a process group of its own, killed with all that it started at the end; prints to `log`."""
    environment = os.environ | {"VERGER_LAKE": lake.root, "VERGER_CORES": "2"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "verger", "refit"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        kill_group(process)


def refit_to_the_end(lake: Lake, log: Path) -> str:
    """Run one; what it printed."""
    with running(lake, log) as process:
        assert process.wait(WAIT_S) == 0, log.read_text()
    return log.read_text()


def wait_until(condition: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait for what `process` is to bring about."""
    until = time.monotonic() + WAIT_S
    while not condition():
        assert process.poll() is None, f"it ended before: {log.read_text()}"
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.002)


def commits(lake: Lake, table: str) -> int:
    """Commits to a table so far, by looking at its folder."""
    return len(list((Path(lake.uri(table)) / "_delta_log").glob("*.json")))


def assert_whole(lake: Lake) -> str:
    """The refit that counts is there with all its parts; its id."""
    row = latest(lake)
    refit_id: str = row["refit_id"]
    found = projection_of(lake, refit_id)
    assert found.num_rows == len(set(found["path"].to_pylist())) == row["n"]
    assert {len(values) for values in found["pcaFeatures"].to_pylist()} == {row["k"]}
    for name in (PLOT, SCREE):
        with Image.open(report(lake, refit_id, name)) as picture:
            picture.load()
    assert report(lake, refit_id, PAGE).read_bytes().endswith(b"</html>\n")
    model = report(lake, refit_id, PCA_MODEL)
    assert (model / "data" / "_SUCCESS").exists()
    (loadings,) = pq.read_table(model / "data").to_pylist()
    assert loadings["pc"]["values"] == [value for component in row["components"] for value in component]
    with Image.open(Path(lake.root) / "ACP" / "pca_plot.png") as picture:
        picture.load()
    return refit_id


def assert_tidy(lake: Lake, newest: str) -> None:
    """Nothing is left of refits that were never published, but of the last one that was killed, if any."""
    published = DeltaTable(lake.uri("components")).to_pyarrow_table(columns=["refit_id"])["refit_id"].to_pylist()
    partitions = {partition["refit_id"] for partition in DeltaTable(lake.uri("projection")).partitions()}
    assert newest in partitions <= set(published)
    assert len(partitions) <= KEPT_PROJECTIONS + 1
    assert {folder.name for folder in (Path(lake.root) / "reports").iterdir()} <= set(published)
