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
from streaming.sink import FeaturesSink
from tests.servers.aws_variables import forget_clients, use_server
from tests.servers.proxy import Asked, proxied
from tests.servers.server import REGION, Server
from tests.streaming.counting import Counter, Done, count_loads

pytestmark = [pytest.mark.spark, pytest.mark.s3]

ROOT = Path(__file__).parents[2]
CORES, PICTURES, BATCHES = 2, 24, 4
WAIT_S = 120.0


@dataclass(frozen=True)
class Run:
    """`batches`: what each did; `asked`: of the landing; `loads`: of models, by process; `bytes`: of a picture."""

    batches: list[Done]
    asked: list[Asked]
    loads: Tally[str]
    bytes: float


def picture(number: int) -> bytes:
    """A JPEG of 60 KB that is like no other one."""
    noise = np.random.default_rng(number).integers(0, 256, (200, 200, 3), np.uint8)
    Image.fromarray(noise).save(file := io.BytesIO(), "JPEG", quality=95)
    return file.getvalue()


@pytest.fixture(scope="module")
def run(moto_server: Server, weights: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """One stream, landing in S3, lake in a folder: four batches, one after the other."""
    folder = tmp_path_factory.mktemp("counts")
    with pytest.MonkeyPatch.context() as patch, proxied(moto_server) as proxy:
        loads = count_loads(folder / "site")
        patch.setenv("PYTHONPATH", os.pathsep.join([str(folder / "site"), str(ROOT)]))
        use_server(patch, proxy.server)
        asked: list[Asked] = []
        proxy.fail(None, lambda request: bool(asked.append(request)))  # type: ignore[arg-type, func-returns-value]  # never acts
        client, bucket = moto_server.client(), "counts"
        client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        bodies = [picture(number) for number in range(PICTURES * BATCHES)]

        def put(batch: int) -> None:
            for number in range(batch * PICTURES, (batch + 1) * PICTURES):
                client.put_object(Bucket=bucket, Key=f"in/Noise/{number}.jpg", Body=bodies[number])

        settings = Settings(landing=f"s3://{bucket}/in/", lake=str(folder / "lake"), weights=weights, cores=CORES)
        try:
            batches = stream(settings, folder, put)
            yield Run(batches, asked, Tally(loads.read_text("utf-8").split()), sum(map(len, bodies)) / len(bodies))
        finally:
            end_jvm()
            client.close()
            forget_clients()


def stream(settings: Settings, folder: Path, put: Callable[[int], None]) -> list[Done]:
    """What each batch did; the next one's pictures are put when it is done."""
    lake = Lake(settings.lake)
    with lock_lake(lake, "stream") as hold:
        prepare(lake)
        sink = FeaturesSink(lake, "run", folder / "checkpoint", lambda _batch: None, hold)
        spark = spark_session(settings, app_name="counts", log_path=folder / "spark.log")
        put(0)
        query = start_query(spark, settings, resolve_model(settings.weights), sink)
        counter, done = Counter(spark, lake.uri("features"), str(query.runId)), []
        for batch in range(BATCHES):
            wait_for((batch + 1) * PICTURES, query, sink)
            done.append(counter.look())
            if batch + 1 < BATCHES:
                put(batch + 1)
        query.stop()
        return done


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
    assert of_pictures == {"GET": PICTURES * BATCHES}


def test_a_batch_is_so_many_jobs_and_tasks(run: Run) -> None:
    print(run.batches, run.loads, run.bytes)
    assert [batch.jobs for batch in run.batches[1:]] == [4] * (BATCHES - 1)
