"""What a listing finds is in the ledger, once."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from streaming.landing.announcer import Announcer
from streaming.landing.ledger import Ledger
from streaming.landing.listing import Listing
from streaming.landing.news import News
from streaming.landing.options import LandingOptions
from streaming.stores.store import Listed, Skipped, StoreError
from tests.streaming.landing.fakes import FakeStore, new_lake


class Landing:
    """A store, and a listing of it that can be started anew."""

    def __init__(self, folder: Path, *, settles: bool = False) -> None:
        self.lake, self.news = new_lake(folder), folder / "news.json"
        self.store = FakeStore(settles=settles)

    def list_once(self) -> list[tuple[str, str, int | None]]:
        """One listing by a new process; returns the whole ledger as (path, etag, supersedes)."""
        options = LandingOptions(path="", lake=self.lake.root, settle_s=0.0, run="r")
        announcer = Announcer(options, self.news, lambda: 0)
        Listing(options, self.store, announcer, threading.Event()).once()
        rows = Ledger(self.lake).rows(0, 10**6).to_pylist()
        return [(row["path"], row["etag"], row["supersedes"]) for row in rows]


@pytest.mark.parametrize("settles", [True, False])
def test_each_object_is_announced_once_however_often_it_is_listed(tmp_path: Path, settles: bool) -> None:
    landing = Landing(tmp_path, settles=settles)
    landing.store.objects = {"a": "1", "b": "1"}
    assert landing.list_once() == landing.list_once() == [("a", "1", None), ("b", "1", None)]


def test_overwritten_and_overwritten_back_are_three_versions(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    for etag in ("1", "2", "1"):
        landing.store.objects = {"a": etag}
        rows = landing.list_once()
    assert rows == [("a", "1", None), ("a", "2", 1), ("a", "1", 2)]


def test_a_deleted_object_stays_known(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    landing.store.objects = {"a": "1"}
    landing.list_once()
    landing.store.objects = {}
    landing.list_once()
    landing.store.objects = {"a": "1"}
    assert landing.list_once() == [("a", "1", None)]


def test_skipped_names_are_counted_and_named(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    landing.store.skipped = [
        Skipped("x\\xff.jpg", "not UTF-8"),
        Skipped("y.jpg", "a link"),
        Skipped("z.jpg", "a link"),
    ]
    landing.list_once()
    news = News.read(landing.news)
    assert news.skipped == {"not UTF-8": 1, "a link": 2}
    assert news.skipped_names == ["x\\xff.jpg (not UTF-8)", "y.jpg (a link)", "z.jpg (a link)"]


def test_a_landing_that_cannot_be_listed_is_said_and_listed_again(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    landing.store.objects, landing.store.error = {"a": "1"}, "bucket b does not exist"
    assert landing.list_once() == []
    assert News.read(landing.news).error == "bucket b does not exist"
    landing.store.error = None
    assert landing.list_once() == [("a", "1", None)]
    assert News.read(landing.news).error is None


def test_more_objects_than_one_chunk_are_all_announced(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    landing.store.objects = {f"{i}": "1" for i in range(2_500)}
    assert len(landing.list_once()) == 2_500


def test_a_store_that_fails_while_files_settle_does_not_end_the_discovery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    landing = Landing(tmp_path, settles=True)
    landing.store.objects = {"a": "1"}
    with monkeypatch.context() as broken:
        broken.setattr(landing.store, "stat", _fails_after_the_listing(landing.store))
        assert landing.list_once() == []
    assert landing.list_once() == [("a", "1", None)]


def test_a_file_that_cant_be_looked_at_while_it_settles_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    landing = Landing(tmp_path, settles=True)
    landing.store.objects = {"a": "1", "b": "1", "c": "1"}
    with monkeypatch.context() as broken:
        broken.setattr(landing.store, "stat", _fails_after_the_listing(landing.store, "b"))
        assert landing.list_once() == [("a", "1", None), ("c", "1", None)]
    news = News.read(landing.news)
    assert (news.error, news.listings, news.settling) == ("the landing is away", 0, 0)  # no drain ends here
    assert landing.list_once()[2:] == [("b", "1", None)]
    news = News.read(landing.news)
    assert (news.error, news.listings) == (None, 1)


def _fails_after_the_listing(store: FakeStore, bad: str = "a") -> Callable[[str], Listed | None]:
    seen: list[str] = []

    def stat(path: str) -> Listed | None:
        seen.append(path)
        if path != bad or seen.count(path) == 1:
            return FakeStore.stat(store, path)
        raise StoreError("the landing is away")

    return stat
