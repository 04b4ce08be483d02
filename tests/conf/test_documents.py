"""Settings that lie in S3."""

import socket
import time
from collections.abc import Iterator
from datetime import timedelta

import boto3
import pytest
from moto.server import ThreadedMotoServer

from conf import documents
from conf.documents import read_text
from conf.errors import SettingsError
from conf.s3 import boto3_kwargs

pytestmark = pytest.mark.s3


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket on a server of this test's own, with one object."""
    server = ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://{}:{}".format(*server.get_host_and_port()))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    client = boto3.client("s3", **boto3_kwargs())
    client.create_bucket(Bucket="bucket")
    client.put_object(Bucket="bucket", Key="a b/v.toml", Body=b"cores = 3")
    yield "bucket"
    server.stop()


def test_an_object_is_read(bucket: str) -> None:
    assert read_text(f"s3://{bucket}/a b/v.toml") == "cores = 3"


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("s3://bucket/none.toml", "no such bucket or object"),
        ("s3://nowhere/none.toml", "no such bucket or object"),
        ("s3://bucket/", "names no object"),
    ],
)
def test_an_object_that_is_not_there_is_one_sentence(bucket: str, config: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        read_text(config)
    assert "\n" not in str(caught.value)


def test_a_server_that_does_not_answer_is_one_sentence(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(SettingsError, match="can't be read") as caught:
        read_text("s3://bucket/v.toml")
    assert "\n" not in str(caught.value)


def test_a_server_that_is_silent_is_given_up(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_TIMEOUT", timedelta(seconds=0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        with pytest.raises(SettingsError, match="can't be read"):
            read_text("s3://bucket/v.toml")
    assert time.monotonic() - began < 10
