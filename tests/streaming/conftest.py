"""The S3 server of most tests, and buckets on it."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.servers.aws_variables import forget_clients, use_server
from tests.servers.server import REGION, Server

__all__ = ["forget_clients", "use_endpoint"]


@pytest.fixture(scope="session")
def s3_url(moto_server: Server) -> str:
    """The address of a moto server."""
    return moto_server.endpoint


@pytest.fixture
def s3(moto_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The AWS variables point to the server; a boto3 client for it."""
    use_server(monkeypatch, moto_server)
    client = moto_server.client()
    yield client
    client.close()
    forget_clients()


@pytest.fixture
def bucket(s3: Any) -> str:
    """An empty bucket with a name of its own."""
    name = f"bucket-{uuid4()}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return name


def use_endpoint(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Makes `url` the S3 of this process."""
    use_server(monkeypatch, Server("other", url))
