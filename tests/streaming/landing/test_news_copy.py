"""On S3 the news are on the stream's machine, and a copy of what people read is in the lake."""

from pathlib import Path

import pytest

from conf.lake import Lake
from streaming.landing import news_copy
from streaming.landing.news import NEWS_FILE, News
from streaming.landing.news_copy import NewsCopy, read_news
from tests.servers.fixtures import S3


@pytest.fixture
def lake(s3_server: S3, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Lake:
    monkeypatch.setattr(Lake, "beside", lambda self, name: tmp_path / name)
    return Lake(f"s3://{s3_server.bucket}/lake")


def told(copy: NewsCopy, news: News) -> None:
    copy.tell(news)
    if copy._thread:
        copy._thread.join()


@pytest.mark.s3
def test_another_machine_reads_what_was_missed(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_news(lake) == News()
    copy = NewsCopy(lake)
    told(copy, News(run="a", missed=7, reconciled_at="2026-01-01T00:00:00+00:00", head=1))
    assert read_news(lake).missed == 7
    told(copy, News(run="a", error="no permission"))
    assert read_news(lake).error is None, "too soon"
    monkeypatch.setattr(news_copy, "EVERY_S", 0.0)
    copy._next_at = 0.0
    told(copy, News(run="a", error="no permission"))
    assert read_news(lake).error == "no permission"


@pytest.mark.s3
def test_on_its_own_machine_the_latest_counts(lake: Lake) -> None:
    told(NewsCopy(lake), News(run="a", missed=1))
    News(run="a", missed=2).publish(lake.beside(NEWS_FILE))
    assert read_news(lake).missed == 2
    News(run="older", missed=3).publish(lake.beside(NEWS_FILE))
    assert read_news(lake).missed == 1, "the machine's own news are those of an earlier stream"


@pytest.mark.s3
def test_what_nobody_reads_is_not_copied_again(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news_copy, "EVERY_S", 0.0)
    copy = NewsCopy(lake)
    told(copy, News(run="a", head=1))
    told(copy, News(run="a", head=2))
    assert read_news(lake).head == 1


@pytest.mark.s3
def test_an_unwritable_lake_holds_nothing_up(lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    told(NewsCopy(Lake("s3://no-such-bucket/lake")), News(run="a", missed=1))
    assert "could not be copied" in caplog.text


def test_a_lake_in_a_folder_needs_no_copy(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    NewsCopy(lake).tell(News(run="a", missed=1))
    assert list(tmp_path.iterdir()) == []
    News(run="a", missed=2).publish(lake.beside(NEWS_FILE))
    assert read_news(lake).missed == 2
