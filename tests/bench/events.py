"""How long a picture that is put into S3 waits on an idle stream that is told of it by events."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from tests.bench.configurations import verger
from tests.bench.latency import FIRST_ROW_S, PAUSES_S, ROW_S, STOP_S, until_rows
from tests.bench.measuring import environment, reap_orphans
from tests.bench.plan import ROOT, Plan, say
from tests.bench.report import Row
from tests.bench.spread import Spread, percentile
from tests.servers.server import REGION, Server

BUCKET, QUEUE = "verger-bench", "verger-bench"
GOAL_S = 5.0


def measure(plan: Plan) -> list[Row]:
    """From PUT to the commit of the row, one picture at a time. S3 and SQS are moto's, in a process of its own."""
    say("(events) an idle stream on S3, with events")
    out = plan.work / "events"
    out.mkdir()
    pictures = iter(sorted(plan.source.small(plan.pictures).rglob("*.jpg")))
    with _moto(out) as server, _stream(plan, out, server) as stream:
        s3 = server.client()
        _put(s3, next(pictures), "first")
        until_rows(out, stream, 1, FIRST_ROW_S)
        waits = []
        for index, picture in enumerate(islice(pictures, plan.drops)):
            time.sleep(PAUSES_S[index % len(PAUSES_S)])
            put = _put(s3, picture, str(index))
            waits.append(until_rows(out, stream, index + 2, ROW_S) - put)
    say(f"  rows after {', '.join(f'{wait:.2f}' for wait in waits)} s")
    return [
        Row(
            "latency with events: p95 from PUT to its row's commit, s",
            Spread.of([percentile(waits, 95)]),
            how=f"{len(waits)} pictures one by one, idle stream, median {Spread.of(waits).median:.2f} s; trigger 1 s",
            goal=GOAL_S,
            runs={"waits_s": waits},
        )
    ]


@contextmanager
def _moto(out: Path) -> Iterator[Server]:
    """A server with the bucket, which tells the queue."""
    with (out / "moto.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.moto_server"], cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True
        )
    try:
        assert process.stdout
        server = Server("moto", process.stdout.readline().strip())
        _connect(server)
        yield server
    finally:
        process.kill()
        process.wait()
        reap_orphans()


def _connect(server: Server) -> None:
    s3, sqs = server.client(), server.client("sqs")
    url = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    told = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration=told)


@contextmanager
def _stream(plan: Plan, out: Path, server: Server) -> Iterator["subprocess.Popen[bytes]"]:
    settings = verger(plan.weights, queue=QUEUE, discover="events").variables(Path(), out)
    landing = {"VERGER_LANDING": f"s3://{BUCKET}/in/"}
    with (out / "log").open("wb") as log:
        stream = subprocess.Popen(
            [sys.executable, "-m", "verger", "stream"],
            cwd=ROOT,
            env=environment({**settings, **landing, **server.variables()}),
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
                stream.wait()


def _put(s3: Any, picture: Path, name: str) -> float:
    """Put it; when the PUT began."""
    began = time.perf_counter()
    s3.put_object(Bucket=BUCKET, Key=f"in/{picture.parent.name}/{name}.jpg", Body=picture.read_bytes())
    return began
