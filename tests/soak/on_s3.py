"""The same on S3: landing and lake in a bucket of versitygw, behind the proxy that has its bad days."""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from tests.faults.on_s3 import Behind, behind
from tests.servers.aws_variables import use_server
from tests.servers.faults import EXPIRED, INTERNAL, SLOW_DOWN, Cut, Delay, Fault, Lose, Silence, Stall
from tests.servers.fixtures import S3
from tests.servers.proxy import Asked, Proxy, proxied
from tests.servers.server import REGION
from tests.servers.versitygw import versitygw
from tests.soak.feed import Step

BUCKET = "soak"
FAULTS: tuple[Fault, ...] = (SLOW_DOWN, SLOW_DOWN, INTERNAL, Cut(), Lose(), Delay(0.5), Stall(), EXPIRED, Silence())


@dataclass
class Weather:
    """Faults of S3: for some seconds a share of all requests fails in one way."""

    proxy: Proxy
    random: np.random.Generator
    over: threading.Timer | None = None

    @property
    def struck(self) -> int:
        """Requests that failed so far."""
        return sum(rule.hits for rule in self.proxy.rules)

    def look(self) -> None:
        """Once a second: perhaps something begins. It is over by itself, for who asks may wait for S3 here."""
        if (self.over is not None and self.over.is_alive()) or self.random.random() > 0.03:
            return
        share, seconds = float(self.random.choice([0.05, 0.3, 1.0])), float(self.random.uniform(2, 9))
        chance = np.random.default_rng(int(self.random.integers(2**31)))
        fault = FAULTS[int(self.random.integers(len(FAULTS)))]
        rule = self.proxy.fail(fault, lambda asked: _hit(asked, chance, share))
        self.over = threading.Timer(seconds, rule.lift)
        self.over.daemon = True
        self.over.start()

    def clear(self) -> None:
        """As if there were none."""
        if self.over is not None:
            self.over.join()
        self.proxy.clear()


def _hit(asked: Asked, chance: np.random.Generator, share: float) -> bool:
    return bool(chance.random() < share)


@dataclass
class BucketPlace:
    """Where steps are done: the landing of a bucket, past the proxy."""

    s3: S3
    uri: str = field(default=f"s3://{BUCKET}/in/")

    def apply(self, step: Step) -> None:
        """Put or delete."""
        key = f"in/{step.name}"
        if step.content is None:
            self.s3.client.delete_object(Bucket=BUCKET, Key=key)
        else:
            self.s3.client.put_object(Bucket=BUCKET, Key=key, Body=step.content.data)

    def names(self) -> set[str]:
        """Of all objects, below the landing."""
        pages = self.s3.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="in/")
        return {one["Key"].removeprefix("in/") for page in pages for one in page.get("Contents", ())}

    def log(self, table: str) -> list[int]:
        """Bytes of each file of a table's log."""
        prefix = f"lake/tables/{table}/_delta_log/"
        pages = self.s3.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [one["Size"] for page in pages for one in page.get("Contents", ())]


@contextmanager
def bucket(folder: Path, weights: str, random: np.random.Generator) -> Iterator[tuple[Behind, BucketPlace, Weather]]:
    """A server, a proxy before it, and a service there; this process's AWS variables point to the proxy."""
    with (
        tempfile.TemporaryDirectory(prefix="verger-soak-s3-") as data,
        versitygw(Path(data)) as server,
        proxied(server) as proxy,
        pytest.MonkeyPatch.context() as patch,
    ):
        use_server(patch, proxy.server)
        s3 = S3(server, server.client(), BUCKET)
        s3.client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        quick = {"fetch_timeout_s": 3, "retry_backoff_s": 0.5, "max_attempts": 50, "cores": 2}
        yield behind(folder, weights, s3, proxy, **quick), BucketPlace(s3), Weather(proxy, random)
