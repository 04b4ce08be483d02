"""What the sink commits, what it refuses, and that table `features` stays small."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from conf.lake import LAKE_ID, Lake, max_seq
from schemas.features import FEATURES
from streaming import sink as sink_module
from streaming.lake import prepare
from streaming.lake_file import read_file, replace_file
from streaming.sink import SinkError
from streaming.upkeep import Upkeep
from tests.servers.fixtures import S3
from tests.streaming.landing.test_upkeep import KEEP
from tests.streaming.sinking import Writer


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    prepare(lake := Lake(str(tmp_path / "lake")))
    return Writer(lake, tmp_path / "checkpoint")


def test_a_batch_of_several_files_is_one_commit_with_its_transaction_and_run(writer: Writer) -> None:
    writer.write([*writer.files(1, 3), *writer.files(2, status="rejected", error_code="empty", features=None)], 3)
    table = writer.table()
    assert (table.version(), writer.seqs(), max_seq(table)) == (1, [1, 2, 3], 3)
    assert table.transaction_version(writer.sink._app) == 1
    assert table.history(1)[0]["userMetadata"] == "run 1"
    (batch,) = writer.batches
    assert (batch.last_seq, batch.statuses, batch.codes) == (3, {"ok": 2, "rejected": 1}, {"empty": 1})


def test_transactions_go_on_after_a_restart(writer: Writer) -> None:
    writer.write(writer.files(1), 1)
    again = Writer(writer.lake, writer.checkpoint)
    again.write(again.files(2, 3), 3)
    assert again.table().transaction_version(again.sink._app) == 2
    assert again.seqs() == [1, 2, 3]


@pytest.mark.parametrize("seqs", [(1, 2), (1, 2, 3, 4), (2, 3, 4), (1, 1, 3, 3), ()])
def test_files_that_are_not_of_the_batch_are_refused_and_nothing_is_written(
    writer: Writer, seqs: tuple[int, ...]
) -> None:
    with pytest.raises(SinkError, match="nothing was written"):
        writer.write(writer.files(*seqs) if seqs else [], 3)
    assert writer.table().version() == 0


def test_who_has_lost_the_lake_while_its_pictures_were_read_commits_nothing(writer: Writer) -> None:
    writer.hold.fails_at = 2
    with pytest.raises(SinkError, match="another's"):
        writer.write(writer.files(1), 1)
    assert writer.table().version() == 0


def test_of_two_that_write_the_second_is_refused_and_its_rows_are_nowhere(writer: Writer) -> None:
    late = Writer(writer.lake, writer.checkpoint, "late")
    files = late.files(1, 2)
    writer.write(writer.files(1), 1)
    with pytest.raises(SinkError, match="another stream writes to"):
        late.write(files, 2)
    assert writer.seqs() == [1]


def test_a_commit_whose_answer_was_lost_is_known_as_ones_own(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    commit: Callable[..., None] = DeltaTable.create_write_transaction

    def lost(table: DeltaTable, *args: Any, **more: Any) -> None:
        commit(table, *args, **more)
        raise OSError("connection reset")

    with monkeypatch.context() as broken:
        broken.setattr(DeltaTable, "create_write_transaction", lost)
        writer.write(writer.files(1), 1)
    writer.write(writer.files(2), 2)
    assert (writer.seqs(), writer.table().version()) == ([1, 2], 2)


def test_a_commit_that_failed_is_a_sentence(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(DeltaTable, "create_write_transaction", full)
    with pytest.raises(SinkError, match=r"could not be committed to .*: No space left on device"):
        writer.write(writer.files(1), 1)


@pytest.fixture
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink_module, "UPKEEP", replace(sink_module.UPKEEP, merge_every=5, remove_every=20))


@pytest.mark.usefixtures("_often")
def test_features_are_merged_between_batches_and_the_rows_stay(writer: Writer) -> None:
    for seq in range(1, 24):
        writer.write(writer.files(seq, features=[0.5 * seq] * 1280), seq)
    rows = writer.table().to_pyarrow_table(columns=["seq", "features"]).sort_by("seq")
    assert rows["seq"].to_pylist() == list(range(1, 24))
    assert [row[7] for row in rows["features"].to_pylist()] == [0.5 * seq for seq in range(1, 24)]
    assert len(writer.table().file_uris()) < 6
    assert list(Path(writer.lake.uri("features")).glob("_delta_log/*.checkpoint.parquet"))


def tidied(lake: Lake, checkpoint: Path) -> Writer:
    """What 27 batches leave, when nothing is kept for readers that are under way."""
    lake.create(FEATURES, {LAKE_ID: "a lake", **dict.fromkeys(KEEP, "interval 0 seconds")})
    prepare(lake)
    writer = Writer(lake, checkpoint)
    left = f"{writer.sink.uri}/part-left-by-a-kill.parquet"
    replace_file(left, b"half")
    for seq in range(1, 28):
        writer.write(writer.files(seq, features=None, status="rejected", error_code="empty"), seq)
    assert writer.seqs() == list(range(1, 28))
    with pytest.raises(FileNotFoundError):
        read_file(left)
    return writer


@pytest.mark.usefixtures("_often")
def test_what_a_kill_has_left_and_the_old_log_go(tmp_path: Path) -> None:
    writer = tidied(Lake(str(tmp_path / "lake")), tmp_path / "checkpoint")
    folder = Path(writer.sink.uri)
    assert len(list(folder.glob("*.parquet"))) < 20  # of 32
    assert len(list(folder.glob("_delta_log/*"))) < 20


@pytest.mark.s3
@pytest.mark.usefixtures("_often")
def test_in_s3_it_is_the_same(s3_server: S3, tmp_path: Path) -> None:
    tidied(Lake(f"s3://{s3_server.bucket}/lake"), tmp_path / "checkpoint")
    found = s3_server.client.list_objects_v2(Bucket=s3_server.bucket, Prefix="lake/tables/features/")["Contents"]
    assert len(found) < 40


@pytest.mark.usefixtures("_often")
def test_what_a_reader_under_way_needs_stays_a_day(writer: Writer) -> None:
    for seq in range(1, 4):
        writer.write(writer.files(seq), seq)
    reader = writer.table()
    for seq in range(4, 45):
        writer.write(writer.files(seq), seq)
    assert len(reader.to_pyarrow_table()) == 3


@pytest.mark.usefixtures("_often")
def test_upkeep_that_fails_is_logged_and_the_stream_goes_on(
    writer: Writer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> int:
        raise OSError("Input/output error")

    monkeypatch.setattr(Upkeep, "_target", full)
    for seq in range(1, 7):
        writer.write(writer.files(seq), seq)
    assert "was not looked after, which will be tried again: Input/output error" in caplog.text
    assert writer.seqs() == list(range(1, 7))


@pytest.mark.usefixtures("_often")
def test_a_lake_that_may_be_anothers_is_not_merged(writer: Writer) -> None:
    for seq in range(1, 5):
        writer.write(writer.files(seq), seq)
    writer.hold.fails_at = writer.hold.checks + 3  # before the batch, before its commit, before the merge
    with pytest.raises(SinkError, match="another's"):
        writer.write(writer.files(5), 5)
    assert (writer.seqs(), len(writer.table().file_uris())) == ([1, 2, 3, 4, 5], 5)
