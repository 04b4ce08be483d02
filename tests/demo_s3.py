"""`make demo-s3`: the service end to end on S3 with events, on a moto server that lives as long as the demo."""

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console

from streaming.demo.broken import draw_broken
from streaming.demo.pictures import draw_pictures
from tests.servers.moto import moto
from tests.servers.server import REGION, Server

BUCKET, QUEUE = "orchard", "landings"
LANDING, LAKE = f"s3://{BUCKET}/landing/", f"s3://{BUCKET}/lake"
PER_LABEL, SEED, BURST = 12, 2, 40
TIMEOUT_S = 300.0


def main() -> None:
    """Start the server, stream what is put into its bucket, refit, and save the plot beside."""
    console = Console(highlight=False)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with moto() as server, tempfile.TemporaryDirectory() as folder:
        os.environ.update(server.variables(), VERGER_LANDING=LANDING, VERGER_LAKE=LAKE)
        os.environ.setdefault("VERGER_WEIGHTS", "demo")
        queue = make_bucket(server)
        console.print(f"S3 and SQS by moto at {server.endpoint}; events of {LANDING} go to the queue {QUEUE}")
        landed = Path(folder)
        draw_pictures(landed, per_label=PER_LABEL, seed=SEED)
        draw_broken(landed / "Broken")
        pictures = sorted(path for path in landed.rglob("*") if path.is_file())
        stream = verger("stream", "--discover", "events", "--set", f"queue={queue}")
        try:
            put(server.client(), pictures, landed, console)
            wait_for(len(pictures), stream)
        finally:
            stream.send_signal(signal.SIGTERM)
            stream.wait(TIMEOUT_S)
        for words in (["status"], ["refit"]):
            console.print(f"\nverger {' '.join(words)}")
            verger(*words).wait(TIMEOUT_S)
        plot = Path("demo-s3.png")
        plot.write_bytes(server.client().get_object(Bucket=BUCKET, Key="ACP/pca_plot.png")["Body"].read())
        console.print(f"\nThe plot was in the bucket; its copy is {plot.resolve()}")


def make_bucket(server: Server) -> str:
    """A bucket whose new objects are announced in a queue; returns the queue's address."""
    sqs, s3 = server.client("sqs"), server.client()
    url: str = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    rule: dict[str, Any] = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={"QueueConfigurations": [rule]})
    return url


def verger(*words: str) -> "subprocess.Popen[bytes]":
    """A `verger` command, with what it prints seen."""
    return subprocess.Popen([sys.executable, "-m", "verger", *words], stdin=subprocess.DEVNULL)


def put(client: Any, pictures: list[Path], landed: Path, console: Console) -> None:
    """Drop the pictures into the bucket, a burst at a time."""
    for i, picture in enumerate(pictures):
        client.put_object(Bucket=BUCKET, Key=f"landing/{picture.relative_to(landed)}", Body=picture.read_bytes())
        if (i + 1) % BURST == 0:
            console.print(f"put {i + 1} of {len(pictures)} pictures")
            time.sleep(1)


def wait_for(count: int, stream: "subprocess.Popen[bytes]") -> None:
    """Until so many versions have their row."""
    until = time.monotonic() + TIMEOUT_S
    ask = [sys.executable, "-m", "verger", "status", "--json"]  # in a process of its own: the server needs this one
    while time.monotonic() < until and stream.poll() is None:
        status = json.loads(subprocess.run(ask, capture_output=True, check=False).stdout)  # 1: not all is well
        if status["ok"] + sum(status["rejected"].values()) >= count:
            return
        time.sleep(1)
    raise SystemExit("the stream did not come to its end")


if __name__ == "__main__":
    main()
