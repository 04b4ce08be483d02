"""A service whose landing and lake are in a bucket, behind the proxy."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers.fixtures import S3
from tests.servers.proxy import Asked, Matches, Proxy
from tests.streaming.test_lake_on_s3 import Bucket


@dataclass
class Behind(Bucket):
    """`s3` is the server itself: what the test does there meets no fault."""

    proxy: Proxy | None = None

    def put_objects(self, pictures: list[Path], prefix: str = "") -> None:
        """Pictures into the landing."""
        assert self.s3
        for picture in pictures:
            key = f"in/{picture.parent.name}/{prefix}{picture.name}"
            self.s3.client.put_object(Bucket=self.s3.bucket, Key=key, Body=picture.read_bytes())

    def wait_for_rows(self, count: int, timeout_s: float = 300.0) -> None:
        """As for a folder, but asking S3 less often, and giving it time."""
        until = time.monotonic() + timeout_s
        while self.row_count() < count:
            assert time.monotonic() < until, self.printed()
            time.sleep(1)

    def keys(self, prefix: str) -> list[str]:
        """What is in the bucket below `prefix`."""
        assert self.s3
        found = self.s3.client.list_objects_v2(Bucket=self.s3.bucket, Prefix=prefix)
        return [one["Key"] for one in found.get("Contents", ())]


def behind(folder: Path, weights: str, s3: S3, proxy: Proxy, **settings: Any) -> Behind:
    root = f"s3://{s3.bucket}"
    return Behind(folder, weights, {"landing": f"{root}/in/", "lake": f"{root}/lake", **settings}, s3, proxy)


def commit_of(table: str) -> Matches:
    """The requests that commit to a table, but for the one that makes it."""

    def matches(asked: Asked) -> bool:
        path = asked.target.partition("?")[0]
        at = f"/tables/{table}/_delta_log/"
        return asked.method == "PUT" and at in path and path.endswith(".json") and not path.endswith(f"{0:020}.json")

    return matches


def picture(asked: Asked) -> bool:
    """The requests that read a picture."""
    return asked.method == "GET" and asked.target.partition("?")[0].endswith(".jpg")
