"""A pass: where it begins, what it leaves, what it remembers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from deltalake import DeltaTable

from conf.errors import FailedError
from conf.lake import Lake, LakeError
from streaming.cleaning import finished, sweep
from streaming.cleaning.progress import PROGRESS_FILE, Progress
from streaming.cleaning.sweep import CleaningError, Sweep
from streaming.cleaning.way import FinishedRow, Outcome, What
from tests.servers.fixtures import S3
from tests.streaming.cleaning.orchard import MONTH_AGO, WEEK, Orchard
from tests.streaming.landing.fakes import FakeStore


@dataclass
class FakeWay:
    """Says of each row what it is told to say, and notes what it was asked."""

    says: dict[int, What] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    open: set[int] = field(default_factory=set)

    def begun(self) -> set[int]:
        return self.open

    def clean(self, rows: Sequence[FinishedRow]) -> Iterator[Outcome]:
        for row in rows:
            self.asked.append(row.seq)
            what = self.says.get(row.seq, "done" if row.clean else "other")
            yield Outcome(row.seq, what, "" if what in ("done", "other", "later") else f"{row.path}: why")


@pytest.fixture
def orchard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Orchard:
    monkeypatch.setattr(sweep, "BATCH", 4)
    monkeypatch.setattr(finished, "WINDOW", 7)
    store = FakeStore({f"s3://b/{number:02}.jpg": "A" for number in range(20)})
    return Orchard(tmp_path, store)


@pytest.fixture(autouse=True)
def _rows_have_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Orchard, "_read", lambda self, entry: {"content_hash": "abc"})


def test_every_row_is_dealt_with_once_in_order(orchard: Orchard) -> None:
    orchard.featured()
    way = FakeWay()
    assert orchard.sweep(way).once() is None
    assert way.asked == list(range(1, 21))
    assert orchard.sweep(way).once() is None
    assert way.asked == list(range(1, 21))
    progress = Progress.read(orchard.lake)
    assert (progress.upto, progress.cleaned, progress.left, progress.problem) == (20, 20, [], None)


def test_retention_is_respected_to_the_row(orchard: Orchard) -> None:
    objects = orchard.new()
    rows = orchard.announce(objects)
    from tests.streaming.landing.fakes import write_features

    young = datetime.now(timezone.utc) - WEEK + timedelta(minutes=1)
    write_features(
        orchard.lake, [orchard.row(s, o, MONTH_AGO if s <= 9 else young) for s, o in zip(rows, objects, strict=True)]
    )
    way = FakeWay()
    assert orchard.sweep(way).once() == young + WEEK
    assert way.asked == list(range(1, 10))
    orchard.sweep(way, after=WEEK - timedelta(minutes=2)).once()
    assert way.asked == list(range(1, 21))


def test_what_fails_is_left_told_and_tried_again_first(orchard: Orchard) -> None:
    orchard.featured()
    way = FakeWay(says={3: "failed", 11: "later"})
    orchard.sweep(way).once()
    progress = Progress.read(orchard.lake)
    assert (progress.upto, progress.left, progress.cleaned) == (20, [3, 11], 18)
    assert progress.problem == "2 pictures can't be cleaned yet, such as s3://b/02.jpg: why"
    way.asked.clear()
    way.says = {11: "later"}
    orchard.sweep(way).once()
    assert way.asked == [3, 11]
    assert (Progress.read(orchard.lake).left, Progress.read(orchard.lake).problem) == ([11], None)


def test_what_a_killed_run_had_begun_comes_first(orchard: Orchard) -> None:
    orchard.featured()
    way = FakeWay(open={5, 17})
    orchard.sweep(way).once()
    assert way.asked[:2] == [5, 17]
    assert sorted(set(way.asked)) == list(range(1, 21))


def test_without_answers_it_stops_and_passes_nothing_over(orchard: Orchard) -> None:
    orchard.featured()
    way = FakeWay(says=dict.fromkeys(range(10, 21), "unreachable"))
    with pytest.raises(CleaningError, match=r"cleaning stopped: s3://b/\d+\.jpg: why"):
        orchard.sweep(way).once()
    way.says, way.asked = {}, []
    orchard.sweep(way).once()
    assert set(range(10, 21)) <= set(way.asked)


def test_too_many_left_stop_it(orchard: Orchard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "MOST_LEFT", 3)
    orchard.featured()
    way = FakeWay(says=dict.fromkeys(range(1, 7), "failed"))
    with pytest.raises(CleaningError, match="more than 3 pictures can't be cleaned yet, such as s3://b/"):
        orchard.sweep(way).once()
    assert max(way.asked) <= 8


def test_another_task_and_a_lake_set_back_begin_anew(orchard: Orchard) -> None:
    orchard.featured()
    way = FakeWay()
    orchard.sweep(way, task="tag").once()
    orchard.sweep(way, task="delete").once()
    assert way.asked == [*range(1, 21), *range(1, 21)]
    table = DeltaTable(orchard.lake.uri("features"))
    table.delete("seq > 10")
    way.asked.clear()
    orchard.sweep(way, task="delete").once()
    assert way.asked == list(range(1, 11))


def test_a_progress_that_can_not_be_read_is_none(orchard: Orchard) -> None:
    orchard.featured()
    (Path(orchard.lake.root) / PROGRESS_FILE).write_text("{")
    way = FakeWay()
    orchard.sweep(way).once()
    assert len(way.asked) == 20


def test_where_the_lake_is_another_s_it_does_nothing(orchard: Orchard) -> None:
    orchard.featured()

    def lost() -> None:
        raise FailedError("the lease is lost")

    way = FakeWay()
    mine = orchard.sweep(way)
    mine.check = lost
    with pytest.raises(FailedError, match="lease"):
        mine.once()
    assert way.asked == []


def test_asked_to_stop_it_ends_between_two_batches(orchard: Orchard) -> None:
    orchard.featured()
    way = FakeWay()
    mine = orchard.sweep(way)
    mine.check = mine.stopping.set
    mine.once()
    assert len(way.asked) <= 4
    orchard.sweep(way).once()
    assert sorted(set(way.asked)) == list(range(1, 21))


def test_without_a_lake_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(LakeError, match="no lake"):
        Sweep(Lake(str(tmp_path)), FakeWay(), "delete", WEEK).once()


@pytest.mark.s3
def test_in_a_lake_in_s3_the_progress_is_there_too(s3_server: S3) -> None:
    lake = Lake(f"s3://{s3_server.bucket}/a lake")
    assert Progress.read(lake) == Progress()
    progress = Progress("id", "delete", 7, [3], 5, "now", "a problem")
    progress.write(lake)
    assert Progress.read(lake) == progress
    missing = Lake("s3://no-such-bucket-at-all/lake")
    with pytest.raises(OSError, match=r"no-such-bucket-at-all/lake/cleaned.json: NoSuchBucket"):
        Progress.read(missing)
    with pytest.raises(OSError, match="NoSuchBucket"):
        progress.write(missing)
