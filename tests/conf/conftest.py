"""Where the tests keep their leases."""

import pytest

from tests.servers.fixtures import S3


@pytest.fixture
def uri(s3_server: S3) -> str:
    """Of a lease in an empty lake, on each server in turn."""
    return f"s3://{s3_server.bucket}/a lake/stream.lease"
