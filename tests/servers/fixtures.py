"""The servers as fixtures: started when first asked for, one of each for the whole session."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.servers.aws_variables import forget_clients, use_server
from tests.servers.ministack import ministack
from tests.servers.moto import moto
from tests.servers.server import REGION, Server
from tests.servers.versitygw import versitygw


@dataclass(frozen=True)
class S3:
    """An S3 that the AWS variables point to, a client for it, and an empty bucket of the test's own."""

    server: Server
    client: Any
    bucket: str


@pytest.fixture(scope="session")
def moto_server() -> Iterator[Server]:
    """S3, SQS and SNS without signatures."""
    with moto() as server:
        yield server


@pytest.fixture(scope="session")
def versitygw_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """S3 with signatures, without SQS."""
    with versitygw(tmp_path_factory.mktemp("versitygw")) as server:
        yield server


@pytest.fixture(scope="session")
def ministack_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """S3 with notifications, SQS and SNS, without signatures."""
    with ministack(tmp_path_factory.mktemp("ministack")) as server:
        yield server


@pytest.fixture(params=["moto", "versitygw"])
def s3_server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    """Each of the two in turn."""
    with bucket_on(request.getfixturevalue(f"{request.param}_server"), monkeypatch) as found:
        yield found


@contextmanager
def bucket_on(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    """An S3 on this server."""
    use_server(monkeypatch, server)
    client, bucket = server.client(), f"bucket-{uuid.uuid4().hex}"
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    yield S3(server, client, bucket)
    client.close()
    forget_clients()
