"""What is signed passes the proxy as it is; and each fault is what it says."""

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.servers.faults import EXPIRED, INTERNAL, SLOW_DOWN, Cut, Delay, Fault, Hold, Lose, Silence, Stall
from tests.servers.fixtures import S3
from tests.servers.proxy import Proxy, proxied
from tests.servers.server import REGION, Server

pytestmark = pytest.mark.s3

ODD = ("a b+c%20é.jpg", "x//y", "x/../y", "x/./y", "%2F", "😀#?&=", "'\"<>", "里", "n" * 900, "/rooted")
QUICK = Config(retries={"total_max_attempts": 1}, read_timeout=0.5, s3={"addressing_style": "path"})


@pytest.fixture
def way(s3_server: S3) -> Iterator[tuple[Proxy, Any, str]]:
    """The proxy, a client that goes through it and gives up soon, and a bucket."""
    with proxied(s3_server.server) as proxy:
        yield proxy, quick(proxy), s3_server.bucket


def quick(proxy: Proxy) -> Any:
    import boto3

    keys = {"aws_access_key_id": proxy.server.access_key, "aws_secret_access_key": proxy.server.secret_key}
    return boto3.session.Session().client(
        "s3", endpoint_url=proxy.server.endpoint, region_name=REGION, config=QUICK, **keys
    )


@pytest.mark.parametrize("key", ODD)
def test_signed_requests_pass_whatever_the_key(way: tuple[Proxy, Any, str], s3_server: S3, key: str) -> None:
    proxy, client, bucket = way
    if s3_server.server.name == "versitygw" and ("//" in key or "/." in key or key[0] == "/" or len(key) > 255):
        pytest.skip("a folder holds its objects, and has no such names")
    content = key.encode() * 1000
    client.put_object(Bucket=bucket, Key=key, Body=content)
    assert client.head_object(Bucket=bucket, Key=key)["ContentLength"] == len(content)
    assert client.get_object(Bucket=bucket, Key=key)["Body"].read() == content
    assert [found["Key"] for found in client.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    with pytest.raises(ClientError, match="PreconditionFailed"):
        client.put_object(Bucket=bucket, Key=key, Body=b"", IfNoneMatch="*")
    client.delete_object(Bucket=bucket, Key=key)
    assert proxy.asked == 6


def test_a_wrong_signature_is_refused_behind_the_proxy(versitygw_server: Server) -> None:
    with proxied(versitygw_server) as proxy:
        proxy.server = Server("wrong", proxy.server.endpoint, secret_key="another")
        with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
            quick(proxy).list_buckets()


def test_obstore_and_a_body_of_many_megabytes_pass(way: tuple[Proxy, Any, str], monkeypatch: Any) -> None:
    from obstore.store import S3Store

    from conf.s3 import obstore_client_options, obstore_config
    from tests.servers.aws_variables import use_server

    proxy, _, bucket = way
    use_server(monkeypatch, proxy.server)
    store = S3Store(bucket, config=obstore_config(), client_options=obstore_client_options())
    content = bytes(range(256)) * 50_000
    store.put("big", content)
    assert bytes(store.get("big").bytes()) == content


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (SLOW_DOWN, "SlowDown"),
        (INTERNAL, "InternalError"),
        (EXPIRED, "ExpiredToken"),
        (Lose(), "closed|reset"),
        (Silence(), "timed out|timeout"),
        (Cut(), "reset|broken|incomplete"),
        (Stall(), "timed out|timeout"),
    ],
)
def test_a_fault_is_seen_once_and_then_no_more(way: tuple[Proxy, Any, str], fault: Fault, says: str) -> None:
    proxy, client, bucket = way
    client.put_object(Bucket=bucket, Key="a", Body=b"content" * 100)
    rule = proxy.fail(fault, lambda asked: asked.method == "GET", times=1)
    with pytest.raises((ClientError, BotoCoreError), match=f"(?i){says}"):
        client.get_object(Bucket=bucket, Key="a")["Body"].read()
    assert client.get_object(Bucket=bucket, Key="a")["Body"].read() == b"content" * 100
    assert (rule.hits, rule.left) == (1, 0)


def test_what_is_lost_was_done(way: tuple[Proxy, Any, str]) -> None:
    proxy, client, bucket = way
    proxy.fail(Lose(), lambda asked: asked.method == "PUT", times=1)
    with pytest.raises(BotoCoreError):
        client.put_object(Bucket=bucket, Key="a", Body=b"x")
    assert client.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"


def test_what_is_held_passes_later_though_nobody_waits_any_more(
    way: tuple[Proxy, Any, str], caplog: pytest.LogCaptureFixture
) -> None:
    proxy, client, bucket = way
    rule = proxy.fail(Hold(), lambda asked: asked.method == "PUT", times=1)
    with pytest.raises(BotoCoreError):
        client.put_object(Bucket=bucket, Key="a", Body=b"x")
    assert "Contents" not in client.list_objects_v2(Bucket=bucket)
    rule.lift()
    until = time.monotonic() + 5
    while "Contents" not in client.list_objects_v2(Bucket=bucket) and time.monotonic() < until:
        time.sleep(0.05)
    assert client.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"
    assert not [record for record in caplog.records if record.name == "aiohttp.server"]


def test_latency_is_added(way: tuple[Proxy, Any, str]) -> None:
    proxy, client, bucket = way
    proxy.fail(Delay(0.3))
    began = time.monotonic()
    client.list_objects_v2(Bucket=bucket)
    assert time.monotonic() - began >= 0.3


def test_queues_fail_in_their_own_words(moto_server: Server) -> None:
    with proxied(moto_server) as proxy:
        client = proxy.server.client("sqs")
        with suppress(ClientError):
            client.create_queue(QueueName="of-the-proxy")
        proxy.fail(EXPIRED, times=1)
        with pytest.raises(ClientError, match="ExpiredToken"):
            client.list_queues()
        assert client.list_queues()["QueueUrls"]
