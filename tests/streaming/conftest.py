"""An S3 server of the tests' own, and buckets on it."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from streaming.stores import s3_clients


@pytest.fixture(scope="session")
def s3_url() -> Iterator[str]:
    """A moto server on a free port; its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The AWS variables point to the server; a boto3 client for it."""
    import boto3

    use_endpoint(monkeypatch, s3_url)
    client = boto3.client("s3", endpoint_url=s3_url, region_name="eu-west-1")
    yield client
    client.close()
    forget_clients()


@pytest.fixture
def bucket(s3: Any, request: pytest.FixtureRequest) -> str:
    """An empty bucket with a name of its own."""
    name = f"bucket-{abs(hash(request.node.nodeid))}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return name


def use_endpoint(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Makes `url` the S3 of this process."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAFORTESTS")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-the-tests")
    forget_clients()


def forget_clients() -> None:
    """The clients of another endpoint are not those of the next test."""
    s3_clients.obstore_client.cache_clear()
    s3_clients.boto3_client.cache_clear()
