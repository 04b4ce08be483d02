"""The oldest that waits is known without looking at all that wait."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

from streaming.landing.announcer import Announcer
from streaming.landing.ledger import Draft, Ledger
from streaming.landing.news import News
from streaming.landing.options import LandingOptions
from streaming.landing.waiting import Waiting
from tests.streaming.landing.fakes import NOW, new_lake, write_features


def test_the_oldest_is_the_first_that_is_not_over() -> None:
    waiting, over = Waiting(), {1, 3}
    assert waiting.oldest(over.__contains__) is None
    for seq in range(1, 5):
        waiting.add(seq, NOW + timedelta(seconds=seq))
    for number, oldest in ((2, 2), (2, 2), (1, 2)):
        assert waiting.oldest(over.__contains__) == NOW + timedelta(seconds=oldest), number
    over.add(2)
    assert waiting.oldest(over.__contains__) == NOW + timedelta(seconds=4)
    over.add(4)
    assert waiting.oldest(over.__contains__) is None


def test_after_a_restart_it_is_what_the_ledger_says(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    ledger = Ledger(lake)
    for names in ("ab", "cd", "e"):
        ledger.append([Draft(f"file:///{name}", "A", 1, NOW, None) for name in names])
    times = ledger.rows(0, 5)["announced_at"].to_pylist()
    waiting = Waiting()
    waiting.load(ledger, 2)
    assert [waiting.oldest(lambda seq, done=done: seq <= done) for done in (2, 3, 4, 5)] == [  # type: ignore[misc]
        times[2],
        times[2],
        times[4],
        None,
    ]


def test_the_news_tell_since_when_something_waits_for_its_row_or_for_a_retry(tmp_path: Path) -> None:
    lake, path = new_lake(tmp_path), tmp_path / "news.json"
    Ledger(lake).append([Draft(f"file:///{name}", "A", 1, NOW, None) for name in "abc"])
    admitted = 0
    options = LandingOptions(path=str(tmp_path), lake=lake.root, retry_backoff_s=3600.0, run="run")
    announcer = Announcer(options, path, lambda: admitted)
    announcer.tick()
    news = News.read(path)
    assert news.oldest_pending_at is not None
    age = datetime.now(timezone.utc) - datetime.fromisoformat(news.oldest_pending_at)
    assert timedelta(0) <= age < timedelta(minutes=1)

    long_ago = NOW - timedelta(days=1)
    deferred = {"status": "deferred", "error_code": "timeout", "discovered_at": long_ago}
    write_features(lake, [{"seq": 1}, {"seq": 2, **deferred}, {"seq": 3}])
    admitted = 3
    announcer.tick()
    assert News.read(path).oldest_pending_at == long_ago.isoformat()
