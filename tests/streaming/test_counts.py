"""Counts that are the same on every machine: where one of them grows, the stream has become slower everywhere."""

import io
import os
import time
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pyspark.sql.streaming.query import StreamingQuery

from conf.jvm import end_jvm
from conf.lake import Lake
from conf.locks import lock_lake
from conf.session import spark_session
from conf.settings import Settings
from streaming.featurize.weights import resolve_model
from streaming.lake import prepare
from streaming.query import start_query
from streaming.sink import Batch, FeaturesSink
from tests.servers.aws_variables import forget_clients, use_server
from tests.servers.faults import SLOW_DOWN
from tests.servers.proxy import Asked, proxied
from tests.servers.server import REGION, Server
from tests.streaming.counting import Counter, Done, count_loads

pytestmark = [pytest.mark.spark, pytest.mark.s3]

ROOT = Path(__file__).parents[2]
CORES, PICTURES, LOTS = 2, 24, 4
WAIT_S = 120.0


@dataclass(frozen=True)
class Run:
    """`steps`: what was done, with the number of batches in which, for each lot of pictures that came.

    `asked`: of the landing; `loads`: of models, by process.
    """

    steps: list[tuple[int, Done]]
    asked: list[Asked]
    loads: Tally[str]


def picture(number: int) -> bytes:
    """A JPEG of 60 KB that is like no other one."""
    noise = np.random.default_rng(number).integers(0, 256, (200, 200, 3), np.uint8)
    Image.fromarray(noise).save(file := io.BytesIO(), "JPEG", quality=95)
    return file.getvalue()


@pytest.fixture(scope="module")
def run(moto_server: Server, weights: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """One stream, landing in S3, lake in a folder: lots of pictures one after the other."""
    folder = tmp_path_factory.mktemp("counts")
    with pytest.MonkeyPatch.context() as patch, proxied(moto_server) as proxy:
        loads = count_loads(folder / "site")
        patch.setenv("PYTHONPATH", os.pathsep.join([str(folder / "site"), str(ROOT)]))
        use_server(patch, proxy.server)
        asked: list[Asked] = []

        def noted(request: Asked) -> bool:
            asked.append(request)
            return False

        proxy.fail(SLOW_DOWN, noted)  # so it never acts
        client, bucket = moto_server.client(), "counts"
        client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        bodies = [picture(number) for number in range(PICTURES * LOTS)]

        def put(lot: int) -> None:
            for number in range(lot * PICTURES, (lot + 1) * PICTURES):
                client.put_object(Bucket=bucket, Key=f"in/Noise/{number}.jpg", Body=bodies[number])

        settings = Settings(landing=f"s3://{bucket}/in/", lake=str(folder / "lake"), weights=weights, cores=CORES)
        try:
            steps = stream(settings, folder, put)
            yield Run(steps, asked, Tally(loads.read_text("utf-8").split()))
        finally:
            end_jvm()
            client.close()
            forget_clients()


def stream(settings: Settings, folder: Path, put: Callable[[int], None]) -> list[tuple[int, Done]]:
    """Lot after lot is put when the one before is done. A listing may see half of a lot: then it is two batches."""
    lake, batches = Lake(settings.lake), list[Batch]()
    with lock_lake(lake, "stream") as hold:
        prepare(lake)
        sink = FeaturesSink(lake, "run", folder / "checkpoint", batches.append, hold)
        spark = spark_session(settings, app_name="counts", log_path=folder / "spark.log")
        put(0)
        query = start_query(spark, settings, resolve_model(settings.weights), sink)
        counter, steps = Counter(spark, lake.uri("features"), str(query.runId)), []
        for lot in range(LOTS):
            wait_for((lot + 1) * PICTURES, query, sink)
            steps.append((len(batches), counter.look()))
            batches.clear()
            if lot + 1 < LOTS:
                put(lot + 1)
        query.stop()
        return steps


def wait_for(seq: int, query: StreamingQuery, sink: FeaturesSink) -> None:
    """Until it has its row, and Spark has noted what it did, which it does beside its work."""
    until = time.monotonic() + WAIT_S
    while sink.last_seq < seq or sink.busy:
        assert query.isActive, query.exception()
        assert time.monotonic() < until
        time.sleep(0.1)
    time.sleep(1.0)


def test_a_picture_in_s3_costs_one_request(run: Run) -> None:
    of_pictures = Tally(asked.method for asked in run.asked if ".jpg" in asked.target)
    assert of_pictures == {"GET": PICTURES * LOTS}


def test_a_batch_is_one_job_and_few_tasks(run: Run) -> None:
    """Data files are written in its tasks, and committed without Spark."""
    assert [(done.jobs / batches, done.tasks <= CORES * batches) for batches, done in run.steps[1:]] == [(1, True)] * 3
    assert run.steps[0][1].jobs <= 1 + run.steps[0][0]  # and one that warms up


def test_a_batch_is_at_most_a_file_for_each_core(run: Run) -> None:
    assert all(1 <= done.files <= CORES * batches for batches, done in run.steps[1:])


def test_a_process_loads_the_model_once_however_many_batches_it_works_at(run: Run) -> None:
    """Spark keeps two processes for each core, one that hands out and one that featurizes; they change places."""
    assert set(run.loads.values()) == {1}
    assert len(run.loads) <= 2 * CORES
