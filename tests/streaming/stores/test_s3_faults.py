"""What a failing S3 looks like: a server that answers with whatever the key asks for."""

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from schemas.errors import PictureError
from streaming.stores import s3_listing
from streaming.stores.s3 import S3Store
from streaming.stores.store import Listed, StoreError
from tests.streaming.conftest import forget_clients, use_endpoint

pytestmark = pytest.mark.s3
FOUND_AT = datetime(2026, 1, 1, tzinfo=timezone.utc)
STORE = S3Store("bucket", "in/")
SECRET = "AKIAFORTESTS"
ANSWER = f"<Error><Code>{{}}</Code><Message>why</Message><AWSAccessKeyId>{SECRET}</AWSAccessKeyId></Error>"


class Faulty(BaseHTTPRequestHandler):
    """`…/503-SlowDown.jpg` is answered with that status and code, other names with a fault of the body."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2].removesuffix(".jpg")
        if "list-type" in name:
            name = self.path[1:].partition("?")[0].rpartition("-list-")[2] or "never"
        if "-" in name:
            status, code = name.split("-")
            body = ANSWER.format(code).encode()
            self.answer(int(status), body, len(body))
        elif name == "never":
            time.sleep(3)
        elif name == "stall":
            self.answer(200, b"x" * 1000, 10_000)
            time.sleep(3)
        elif name == "reset":
            self.answer(200, b"x" * 1000, 10_000)
        self.close_connection = True

    do_HEAD = do_GET  # noqa: N815

    def answer(self, status: int, body: bytes, length: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.send_header("ETag", '"e"')
        self.send_header("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Faulty)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    use_endpoint(monkeypatch, url)
    yield url
    server.shutdown()
    server.server_close()
    forget_clients()


def failure(key: str, timeout_s: float = 5) -> PictureError:
    found = Listed(f"s3://bucket/{key}", "e", 1, FOUND_AT)
    with pytest.raises(PictureError) as error:
        STORE.read(found.path, found.etag, max_bytes=1 << 20, timeout_s=timeout_s)
    assert SECRET not in error.value.detail
    return error.value


@pytest.mark.parametrize("folder", ["in/", "in//"])
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("403-AccessDenied", "forbidden"),
        ("403-InvalidAccessKeyId", "forbidden"),
        ("400-ExpiredToken", "forbidden"),
        ("403-InvalidObjectState", "archived"),
        ("404-NoSuchKey", "gone"),
        ("404-NoSuchBucket", "unreachable"),
        ("412-PreconditionFailed", "changed"),
        ("500-InternalError", "unreachable"),
        ("503-SlowDown", "unreachable"),
        ("400-Unheard", "unreachable"),
        ("reset", "unreachable"),
    ],
)
def test_answers_become_codes(faulty: str, folder: str, answer: str, code: str) -> None:
    error = failure(f"{folder}{answer}.jpg")
    assert error.code == code
    assert answer.partition("-")[2] in error.detail


@pytest.mark.parametrize("folder", ["in/", "in//"])
@pytest.mark.parametrize("fault", ["never", "stall"])
def test_silence_ends_in_bounded_time(faulty: str, folder: str, fault: str) -> None:
    started = time.monotonic()
    assert failure(f"{folder}{fault}.jpg", timeout_s=0.6).code in ("timeout", "unreachable")
    assert time.monotonic() - started < 5 * 0.6


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://nowhere.invalid"])
def test_unreachable_server_is_said_so(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    use_endpoint(monkeypatch, url)
    monkeypatch.setattr(s3_listing, "LIST_TIMEOUT_S", 1.0)
    for key in ("in/1.jpg", "in//1.jpg"):
        assert failure(key, timeout_s=1).code == "unreachable"
    for store in (STORE, S3Store("bucket", "in//"), S3Store("bucket", "")):
        with pytest.raises(StoreError, match="can't be listed: connection"):
            list(store.list())
    with pytest.raises(StoreError, match="can't be looked at"):
        STORE.stat("s3://bucket/in/1.jpg")
    forget_clients()


@pytest.mark.parametrize(
    ("answer", "words"),
    [("403-AccessDenied", "AccessDenied: why"), ("503-SlowDown", "SlowDown: why"), ("never", "timeout")],
)
def test_refused_listing_is_one_sentence(faulty: str, monkeypatch: pytest.MonkeyPatch, answer: str, words: str) -> None:
    monkeypatch.setattr(s3_listing, "LIST_TIMEOUT_S", 2.0)
    started = time.monotonic()
    with pytest.raises(StoreError, match=words) as error:
        list(S3Store(f"bkt-list-{answer}", "in/").list())
    assert time.monotonic() - started < 3.4  # one way of listing gives up, and no other one begins
    assert SECRET not in str(error.value)


def test_no_credentials_at_all_is_forbidden(faulty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    forget_clients()
    for key in ("in/1.jpg", "in//1.jpg"):
        assert failure(key).code == "forbidden"
    with pytest.raises(StoreError, match="credentials"):
        list(STORE.list())
