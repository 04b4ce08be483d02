"""Projections that no reader needs go away; those that one may be reading stay."""

import json
import os
import time
from pathlib import Path

import pytest

from batch.publishing import KEPT_PROJECTIONS, Published, tidy
from batch.reports import forget_unpublished, report_uri
from batch.snapshot import Snapshot
from conf.lake import Lake
from conf.lease import LeaseLostError
from tests.batch.lakes import append, pictures
from tests.batch.refits import projected, publish_night
from tests.batch.running import held
from tests.streaming.landing.fakes import new_lake


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    append(lake := new_lake(tmp_path), pictures(10))
    return Snapshot.take(lake)


def make_removals_older(table: Path, days: int) -> None:
    for commit in table.glob("_delta_log/*.json"):
        actions = [json.loads(line) for line in commit.read_text().splitlines()]
        for action in actions:
            if "remove" in action:
                action["remove"]["deletionTimestamp"] -= days * 86_400_000
        commit.write_text("\n".join(map(json.dumps, actions)))


def tidied(lake: Lake) -> dict[str, int]:
    tidy(lake, Published.read(lake, "m"), held)
    return projected(lake)


def test_the_last_three_stay_whole(snapshot: Snapshot) -> None:
    ids = [publish_night(snapshot, night) for night in range(5)]
    assert tidied(snapshot.lake) == dict.fromkeys(ids[-KEPT_PROJECTIONS:], 10)
    assert KEPT_PROJECTIONS == 3


def test_what_was_never_published_goes(snapshot: Snapshot) -> None:
    ids = [publish_night(snapshot, night, whole=night != 1) for night in range(3)]
    assert tidied(snapshot.lake) == {ids[0]: 10, ids[2]: 10}


def test_before_anything_was_published_all_goes(snapshot: Snapshot) -> None:
    publish_night(snapshot, 0, whole=False)
    assert tidied(snapshot.lake) == {}


def test_without_a_table_there_is_nothing_to_tidy(snapshot: Snapshot) -> None:
    tidy(snapshot.lake, Published.read(snapshot.lake, "m"), held)
    assert not Path(snapshot.lake.uri("projection")).exists()


def test_files_of_what_went_stay_a_day_for_readers(snapshot: Snapshot) -> None:
    gone, *kept = (publish_night(snapshot, night) for night in range(4))
    folder = Path(snapshot.lake.uri("projection"))
    files = {refit_id: list(folder.glob(f"refit_id={refit_id}/*.parquet")) for refit_id in (gone, *kept)}
    tidied(snapshot.lake)
    assert all(file.exists() for of in files.values() for file in of)
    make_removals_older(folder, days=2)
    publish_night(snapshot, 4)
    tidied(snapshot.lake)
    assert [file.exists() for file in files[gone]] == [False]
    assert all(file.exists() for refit_id in kept for file in files[refit_id])  # the first of them: removed just now


def test_what_a_killed_refit_has_written_goes_after_a_day(snapshot: Snapshot) -> None:
    publish_night(snapshot, 0)
    folder = Path(snapshot.lake.uri("projection"))
    old, young = folder / "refit_id=killed" / "old.parquet", folder / "refit_id=killed" / "young.parquet"
    for file, days in ((old, 2), (young, 0)):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"half")
        os.utime(file, (time.time() - days * 86_400,) * 2)
    publish_night(snapshot, 1, whole=False)  # so that there is something to tidy
    tidied(snapshot.lake)
    assert (old.exists(), young.exists()) == (False, True)


def test_one_that_lost_its_lease_while_it_looked_removes_no_file(snapshot: Snapshot) -> None:
    publish_night(snapshot, 0, whole=False)
    old = Path(snapshot.lake.uri("projection")) / "old.parquet"
    old.write_bytes(b"half")
    os.utime(old, (time.time() - 2 * 86_400,) * 2)

    def lost() -> None:
        raise LeaseLostError("lost")

    with pytest.raises(LeaseLostError):
        tidy(snapshot.lake, Published.read(snapshot.lake, "m"), lost)
    assert old.exists()


def test_folders_of_unpublished_refits_go_and_nothing_else(snapshot: Snapshot) -> None:
    lake = snapshot.lake
    done, killed = publish_night(snapshot, 0), publish_night(snapshot, 1, whole=False)
    for name in (done, killed, "my own notes"):
        file = Path(report_uri(lake, name, "deep/file"))
        file.parent.mkdir(parents=True)
        file.touch()
    forget_unpublished(lake, Published.read(lake, "m").refit_ids)
    assert {entry.name for entry in (Path(lake.root) / "reports").iterdir()} == {done, "my own notes"}


def test_without_reports_there_are_none_to_forget(snapshot: Snapshot) -> None:
    forget_unpublished(snapshot.lake, [])
    forget_unpublished(Lake("s3://bucket/lake"), [])
