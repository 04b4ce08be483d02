"""On S3, too, what is forgotten is in no object of the two tables, and the lake goes on."""

from io import BytesIO, StringIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import write_deltalake
from rich.console import Console

from conf.lake import Lake
from conf.settings import Settings
from schemas.features import FEATURES
from streaming.lake import prepare
from streaming.landing.ledger import Draft, Ledger
from streaming.requests.commands import run_forget
from tests.batch.lakes import Row, table
from tests.servers.fixtures import S3
from tests.streaming.landing.fakes import NOW

pytestmark = pytest.mark.s3


def texts(s3: S3) -> list[str]:
    """All that the objects of the lake's tables say."""
    found = []
    for entry in s3.client.list_objects_v2(Bucket=s3.bucket, Prefix="lake/tables/")["Contents"]:
        content = s3.client.get_object(Bucket=s3.bucket, Key=entry["Key"])["Body"].read()
        is_parquet = entry["Key"].endswith(".parquet")
        found.append(str(pq.read_table(BytesIO(content)).to_pylist()) if is_parquet else content.decode())
    return found


def test_nothing_is_left_of_it_in_any_object(s3_server: S3) -> None:
    root = f"s3://{s3_server.bucket}"
    lake, names = Lake(f"{root}/lake"), [f"{root}/in/{name}.jpg" for name in ("Kiwi/1", "SECRET/2", "Kiwi/3")]
    prepare(lake)
    Ledger(lake).append([Draft(name, "A", 1, NOW, None) for name in names])
    features = lake.open(FEATURES)
    assert features
    for seq, name in enumerate(names, 1):
        write_deltalake(features, pa.table(table([Row(seq, path=name)])), mode="append")
    assert any("SECRET" in text for text in texts(s3_server))
    printed = StringIO()
    s3_server.client.put_object(Bucket=s3_server.bucket, Key="in/SECRET/")  # the mark of a folder
    run_forget(Settings(landing=f"{root}/in/", lake=lake.root), Console(file=printed), "*/SECRET/*", only_list=False)
    assert "1 announcements are blanked" in printed.getvalue()
    assert not [text[:200] for text in texts(s3_server) if "SECRET" in text]
    assert Ledger(lake).append([Draft(names[0], "B", 1, NOW, 1)]) == range(4, 5)
    assert prepare(lake)
    found = lake.open(FEATURES)
    assert found
    rows = found.to_pyarrow_table().sort_by("seq").select(["path", "error_code"]).to_pylist()
    assert [(row["path"], row["error_code"]) for row in rows] == [
        (names[0], None), ("forgotten:2", "forgotten"), (names[2], None)
    ]  # fmt: skip


def test_a_bucket_that_is_gone_holds_nothing(s3_server: S3, tmp_path: Path) -> None:
    lake, landing = Lake(str(tmp_path)), "s3://no-such-bucket-at-all/in/"
    prepare(lake)
    Ledger(lake).append([Draft(f"{landing}SECRET/2.jpg", "A", 1, NOW, None)])
    run_forget(Settings(landing=landing, lake=lake.root), Console(file=StringIO()), "*/SECRET/*", only_list=False)
    assert Ledger(lake).rows(0, 9)["path"].to_pylist() == ["forgotten:1"]
