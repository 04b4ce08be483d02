"""Both pages with lake and landing in a bucket."""

import uuid
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable, write_deltalake
from rich.console import Console

from batch.report.run import run_report
from conf.lake import Lake
from conf.settings import Settings
from schemas.components import COMPONENTS
from schemas.features import FEATURES
from schemas.ledger import LEDGER
from schemas.projection import PROJECTION
from streaming.thumbnails import Thumbnails
from tests.batch.report.drawing import publish_one
from tests.fruits_drawn import drawn_lake
from tests.servers.aws_variables import forget_clients, use_server
from tests.servers.server import REGION, Server
from tests.streaming.dashboard.serving import asked, serving
from tests.streaming.dashboard.test_dashboard import status_of

pytestmark = pytest.mark.s3


@pytest.fixture
def s3(versitygw_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A server in a process of its own: while delta-rs opens a file, no thread of this one runs."""
    use_server(monkeypatch, versitygw_server)
    client = versitygw_server.client()
    yield client
    client.close()
    forget_clients()


def copied(folder: Path, bucket: str, s3: Any) -> Lake:
    """A small lake with a refit, copied to the bucket, as are its pictures."""
    local = drawn_lake(folder)
    publish_one(local)
    lake = Lake(f"s3://{bucket}/lake")
    there = dict[str, tuple[str, str]]()
    for file in (folder / "landing").glob("*/*.png"):
        key = str(file.relative_to(folder))
        answer = s3.put_object(Bucket=bucket, Key=key, Body=file.read_bytes())
        there[f"file://{file}"] = (f"s3://{bucket}/{key}", answer["ETag"].strip('"'))
    for definition in (FEATURES, LEDGER, COMPONENTS, PROJECTION):
        rows = DeltaTable(local.uri(definition.name)).to_pyarrow_table()
        found = rows.to_pylist()
        for row in found if "path" in rows.column_names else []:
            row["path"], etag = there[row["path"]]
            row.update({"etag": etag} if "etag" in row else {})
        table = type(rows).from_pylist(found, schema=rows.schema)
        write_deltalake(lake.open_or_create(definition), table, mode="append")
    return lake


def test_a_report_is_drawn_there_and_the_live_page_shows_it(tmp_path: Path, s3: Any) -> None:
    bucket = f"bucket-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    settings = Settings(lake=copied(tmp_path, bucket, s3).root, landing=f"s3://{bucket}/landing/")
    run_report(settings, Console(file=StringIO()), Thumbnails(settings), None, None)
    with serving(settings) as url:
        now = asked(f"{url}now")
        assert (now["ok"], now["pending"], len(now["latest"])) == (20, 0, 12)
        assert status_of(f"{url}thumbnails/1") == 200
        assert status_of(f"{url}reports/{now['refits'][0]['id']}") == 200
    (key,) = (found["Key"] for found in s3.list_objects_v2(Bucket=bucket, Prefix="lake/reports/")["Contents"])
    page = s3.get_object(Bucket=bucket, Key=key)
    assert page["ContentType"] == "text/html; charset=utf-8"
    assert page["Body"].read().count(b'"UklGR') == 20  # as many WebPs
