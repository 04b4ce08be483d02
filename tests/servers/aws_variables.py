"""Which S3 this process talks to."""

import os

import pytest

from streaming.stores import s3_clients
from tests.servers.server import Server


def use_server(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """Makes `server` the AWS of this process, and of those that it starts."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in server.variables().items():
        monkeypatch.setenv(name, value)
    forget_clients()


def forget_clients() -> None:
    """The clients of another endpoint are not those of the next test."""
    s3_clients.obstore_client.cache_clear()
    s3_clients.boto3_client.cache_clear()
