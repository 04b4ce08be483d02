"""What each server can be trusted with, as far as our tests rely on it."""

import threading
from typing import Any

import obstore
import pyarrow as pa
import pytest
from botocore.exceptions import ClientError
from deltalake import DeltaTable, write_deltalake
from obstore.store import S3Store

from conf.s3 import delta_storage_options, obstore_client_options, obstore_config
from tests.servers.fixtures import S3
from tests.servers.server import Server

pytestmark = pytest.mark.s3


def code(call: Any, **arguments: Any) -> str:
    """S3's error code."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return str(error.value.response["Error"]["Code"])


def test_a_conditional_put_succeeds_only_on_its_condition(s3_server: S3) -> None:
    put, where = s3_server.client.put_object, {"Bucket": s3_server.bucket, "Key": "x"}
    first = put(**where, Body=b"1", IfNoneMatch="*")["ETag"]
    assert code(put, **where, Body=b"2", IfNoneMatch="*") == "PreconditionFailed"
    put(**where, Body=b"2", IfMatch=first)
    assert code(put, **where, Body=b"3", IfMatch=first) == "PreconditionFailed"
    assert code(put, Bucket=s3_server.bucket, Key="none", Body=b"", IfMatch=first) == "NoSuchKey"
    assert s3_server.client.get_object(**where)["Body"].read() == b"2"


def test_delta_rs_appends(s3_server: S3) -> None:
    uri = f"s3://{s3_server.bucket}/a lake/tables/t"
    for number in range(3):
        write_deltalake(uri, pa.table({"n": [number]}), mode="append", storage_options=delta_storage_options())
    table = DeltaTable(uri, storage_options=delta_storage_options())
    assert sorted(table.to_pyarrow_table()["n"].to_pylist()) == [0, 1, 2]
    assert table.version() == 2


def test_obstore_lists_and_reads_odd_keys(s3_server: S3) -> None:
    keys = ["Kiwi/a b+c%20é.jpg", "Kiwi/😀#?.jpg", "plain.jpg"]
    for key in keys:
        s3_server.client.put_object(Bucket=s3_server.bucket, Key=key, Body=key.encode())
    store = S3Store(s3_server.bucket, config=obstore_config(), client_options=obstore_client_options())
    assert sorted(found["path"] for page in obstore.list(store) for found in page) == keys
    assert [bytes(obstore.get(store, key).bytes()) for key in keys] == [key.encode() for key in keys]


def test_moto_writes_one_at_a_time(moto_server: Server) -> None:
    client, won = moto_server.client(), list[int]()
    client.create_bucket(Bucket="races", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})

    def put(number: int) -> None:
        try:
            client.put_object(Bucket="races", Key="x", Body=bytes([number]), IfNoneMatch="*")
            won.append(number)
        except ClientError:
            pass

    threads = [threading.Thread(target=put, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


@pytest.mark.parametrize("key", ["Kiwi//x.jpg", "Kiwi/./x.jpg", "Kiwi/../x.jpg"])
def test_moto_keeps_a_key_as_it_is(moto_server: Server, key: str) -> None:
    client = moto_server.client()
    bucket = f"keys-{abs(hash(key))}"
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    client.put_object(Bucket=bucket, Key=key, Body=b"")
    assert [found["Key"] for found in client.list_objects_v2(Bucket=bucket)["Contents"]] == [key]


def test_versitygw_checks_keys_and_signatures(versitygw_server: Server) -> None:
    assert (
        code(Server("", versitygw_server.endpoint, secret_key="wrong").client().list_buckets) == "SignatureDoesNotMatch"
    )
    assert (
        code(Server("", versitygw_server.endpoint, access_key="NOBODY").client().list_buckets) == "XAdminUserNotFound"
    )


def test_ministack_tells_a_queue_of_new_objects(ministack_server: Server) -> None:
    s3, sqs = ministack_server.client(), ministack_server.client("sqs")
    queue = sqs.create_queue(QueueName="news")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    s3.create_bucket(Bucket="news", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    told = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    s3.put_bucket_notification_configuration(Bucket="news", NotificationConfiguration=told)
    s3.put_object(Bucket="news", Key="Kiwi/a b+é.jpg", Body=b"x")
    bodies = list[str]()
    while not any("ObjectCreated:Put" in body for body in bodies):
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)
        bodies += [message["Body"] for message in answer["Messages"]]
    assert "s3:TestEvent" in bodies[0]
    assert "Kiwi/a+b%2B%C3%A9.jpg" in bodies[-1]
