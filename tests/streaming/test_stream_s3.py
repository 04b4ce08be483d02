"""`verger stream` on a landing in S3: a moto server behind a proxy that fails where it is told to."""

import http.client
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.streaming.conftest import use_endpoint
from tests.streaming.service import Service, counted

pytestmark = [pytest.mark.spark, pytest.mark.s3]

#: Reads of keys with `flaky` in their name fail for so long after the first one: longer than one attempt takes.
FLAKY_S = 6.0
KEYS = ("Kiwi/1.jpg", "Kiwi/a b+c%20é.jpg", "Kiwi//x.jpg", "flaky/2.jpg")


class Proxy(BaseHTTPRequestHandler):
    """Passes GET on to moto, but for reads that are to fail."""

    protocol_version = "HTTP/1.1"
    target = ""
    failing_since: float | None = None

    def do_GET(self) -> None:
        if "flaky" in self.path and "list-type" not in self.path:
            Proxy.failing_since = Proxy.failing_since or time.monotonic()
            if time.monotonic() - Proxy.failing_since < FLAKY_S:
                self.answer(503, {}, b"<Error><Code>SlowDown</Code></Error>")
                return
        backend = http.client.HTTPConnection(Proxy.target)
        backend.request("GET", self.path, headers=dict(self.headers))
        response = backend.getresponse()
        self.answer(response.status, dict(response.getheaders()), response.read())

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() in ("etag", "last-modified", "content-type", "content-range"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def proxied(s3: Any, s3_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The AWS variables point to the proxy; the client still goes to the server."""
    Proxy.target, Proxy.failing_since = urlsplit(s3_url).netloc, None
    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    use_endpoint(monkeypatch, f"http://127.0.0.1:{server.server_port}")
    yield s3
    server.shutdown()
    server.server_close()


def test_pictures_in_s3_are_featured_and_a_failing_read_is_tried_again(
    weights: str, fruits: Path, tmp_path: Path, bucket: str, proxied: Any
) -> None:
    pictures = [path.read_bytes() for path in sorted((fruits / "images" / "Kiwi").glob("*.jpg"))]
    for key, data in zip(KEYS, pictures, strict=False):
        proxied.put_object(Bucket=bucket, Key=f"in/{key}", Body=data)
    proxied.put_object(Bucket=bucket, Key="in/broken.jpg", Body=b"")
    proxied.put_object(Bucket=bucket, Key="elsewhere/3.jpg", Body=pictures[3])
    quick = {"landing": f"s3://{bucket}/in/", "fetch_timeout_s": 3, "retry_backoff_s": 1, "max_attempts": 20}
    service = Service(tmp_path, weights, quick)
    service.drain()
    rows = service.rows()
    flaky = [row for row in rows if "flaky" in row["path"]]
    assert [row["status"] for row in flaky] == ["deferred"] * (len(flaky) - 1) + ["ok"]
    assert [row["attempt"] for row in flaky] == list(range(1, len(flaky) + 1))
    assert len(flaky) >= 2
    assert {row["version"] for row in flaky} == {flaky[0]["seq"]}
    assert {row["reason"] for row in flaky[1:]} == {"retry"}
    assert {r["path"] for r in rows if r["status"] == "ok"} == {f"s3://{bucket}/in/{key}" for key in KEYS}
    assert counted(rows, "error_code") == {None: 4, "empty": 1, flaky[0]["error_code"]: len(flaky) - 1}

    proxied.put_object(Bucket=bucket, Key="in/Kiwi/1.jpg", Body=pictures[9])
    service.drain()
    (second,) = service.rows()[len(rows) :]
    assert (second["supersedes"], second["status"], second["label"]) == (_version(rows, "Kiwi/1.jpg"), "ok", "Kiwi")


def test_attempts_that_run_out_end_in_a_rejection(
    weights: str, fruits: Path, tmp_path: Path, bucket: str, proxied: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.streaming.test_stream_s3.FLAKY_S", 1e9)
    proxied.put_object(Bucket=bucket, Key="in/flaky.jpg", Body=b"never read")
    quick = {"landing": f"s3://{bucket}/in/", "fetch_timeout_s": 1, "retry_backoff_s": 0.5, "max_attempts": 3}
    service = Service(tmp_path, weights, quick)
    service.drain()
    assert [(row["attempt"], row["status"]) for row in service.rows()] == [
        (1, "deferred"),
        (2, "deferred"),
        (3, "rejected"),
    ]


def test_a_missing_bucket_is_said_before_spark_starts(weights: str, tmp_path: Path, proxied: Any) -> None:
    service = Service(tmp_path, weights, {"landing": "s3://no-such-bucket/in/"})
    began = time.monotonic()
    assert service.start("--drain").wait(30) == 2
    assert time.monotonic() - began < 15
    assert "no-such-bucket" in service.printed()
    assert "Traceback" not in service.printed()


def _version(rows: list[dict[str, Any]], name: str) -> int:
    (row,) = [row for row in rows if row["path"].endswith(name)]
    return int(row["version"])
