"""What no version needs is removed, and nothing that another writer has committed meanwhile: in a folder and in S3."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from conf.lake import Lake
from conf.lease import LeaseLostError
from conf.locations import is_s3, split_s3
from conf.purge import purge, remove_unused
from schemas.ledger import LEDGER
from streaming.lake import prepare
from streaming.landing.ledger import Ledger
from streaming.stores.s3_listing import list_prefix
from tests.servers.fixtures import bucket_on
from tests.streaming.landing.test_upkeep import announce, assert_whole

SERVERS = [pytest.param(name, marks=pytest.mark.s3) for name in ("moto", "versitygw")]


@pytest.fixture(params=["folder", *SERVERS])
def lake(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    """Two announcements, a file each."""
    with ExitStack() as servers:
        root = str(tmp_path / "a lake")
        if request.param != "folder":
            server = request.getfixturevalue(f"{request.param}_server")
            root = f"s3://{servers.enter_context(bucket_on(server, monkeypatch)).bucket}/a lake"
        lake = Lake(root)
        prepare(lake)
        announce(Ledger(lake), 2)
        yield lake


def opened(lake: Lake) -> DeltaTable:
    table = lake.open(LEDGER)
    assert table is not None
    return table


def data_files(lake: Lake) -> list[str]:
    uri = lake.uri("ledger")
    if not is_s3(uri):
        return [str(path) for path in Path(uri).glob("*.parquet")]
    keys = (found.key for found in list_prefix(*split_s3(f"{uri}/")))
    return [key for key in keys if "/_delta_log/" not in key]


def removing(lake: Lake, table: DeltaTable, check: Callable[[], None]) -> None:
    remove_unused(lake.uri("ledger"), table, check, hours=0)


def test_what_was_replaced_is_removed_and_the_log_before_it(lake: Lake) -> None:
    table = opened(lake)
    table.optimize.compact()
    purge(lake, LEDGER, lambda: None)
    assert_whole(Ledger(lake), 2)
    with pytest.raises(DeltaError):
        DeltaTable(lake.uri("ledger"), version=2, storage_options=lake.storage_options())
    assert len(data_files(lake)) == 1


def test_one_that_lost_its_lease_while_it_looked_removes_nothing(lake: Lake) -> None:
    mine = opened(lake)
    announce(Ledger(lake), 2)  # its successor's

    def lost() -> None:
        raise LeaseLostError("lost")

    with pytest.raises(LeaseLostError):
        removing(lake, mine, lost)
    assert_whole(Ledger(lake), 4)


def test_what_is_committed_after_it_looked_is_left_alone(lake: Lake) -> None:
    removing(lake, opened(lake), lambda: announce(Ledger(lake), 2))
    assert_whole(Ledger(lake), 4)
