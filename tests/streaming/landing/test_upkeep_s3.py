"""In S3, too, the ledger merges its files and removes what is old."""

import uuid

import pytest
from deltalake import DeltaTable

from conf.lake import Lake
from streaming.lake import prepare
from streaming.landing.ledger import Ledger
from tests.servers.aws_variables import forget_clients, use_server
from tests.servers.server import REGION, Server
from tests.streaming.landing.test_upkeep import KEEP, announce, assert_whole, otherwise

pytestmark = pytest.mark.s3


def test_a_ledger_in_s3_is_looked_after(versitygw_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    otherwise(monkeypatch, merge_every=10, remove_every=20)
    use_server(monkeypatch, versitygw_server)
    bucket, s3 = f"bucket-{uuid.uuid4().hex}", versitygw_server.client()
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    lake = Lake(f"s3://{bucket}/lake")
    prepare(lake)
    table = DeltaTable(lake.uri("ledger"), storage_options=lake.storage_options())
    table.alter.set_table_properties(dict.fromkeys(KEEP, "interval 0 seconds"))
    announce(Ledger(lake), 60)
    keys = [found["Key"] for found in s3.list_objects_v2(Bucket=bucket, Prefix="lake/tables/ledger/")["Contents"]]
    assert len(keys) < 50
    assert any(key.endswith(".checkpoint.parquet") for key in keys)
    assert_whole(Ledger(lake), 60)
    s3.close()
    forget_clients()
