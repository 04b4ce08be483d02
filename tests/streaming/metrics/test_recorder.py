"""The recorder tells of starts, batches and minutes, and never holds up who hands them over."""

import threading
import time
from contextlib import closing
from typing import Any

import pytest

from streaming.landing.news import News
from streaming.metrics import recorder as module
from streaming.metrics.recorder import Recorder
from tests.conf.test_outlet import wait_for
from tests.streaming.metrics.made import Told, batch, query


def measure() -> dict[str, float]:
    return {"DiskFreeBytes": 5}


def started(told: Told, **options: Any) -> Recorder:
    recorder = Recorder([told], measure, **options)
    recorder.start()
    return recorder


def test_a_batch_is_told_of_when_spark_and_the_source_have_seen_its_end() -> None:
    told = Told()
    with closing(started(told)) as recorder:
        recorder.batch(batch(number=3, last_seq=10))
        recorder.query = query(2)
        time.sleep(0.6)
        assert told.of("Seen") == []
        recorder.query = query(3)
        recorder.look(News(run="run", head=12, rows_seen=10))
        wait_for(lambda: told.of("Seen") == [10])
    (line,) = [values for values in told.told if "Seen" in values]
    assert (line["TriggerSeconds"], line["Pending"]) == (2.1, 2)
    assert told.of("Started") == [1]
    assert told.codes[told.told.index(line)] == {"empty": 1, "truncated": 1}


def test_a_batch_is_told_of_without_what_never_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        @property
        def lastProgress(self) -> Any:  # noqa: N802
            raise ConnectionError("the JVM is gone")

    monkeypatch.setattr(module, "SETTLE_S", 0.5)
    told = Told()
    with closing(started(told)) as recorder:
        for of in (None, Gone(), query(9)):
            recorder.query = of  # type: ignore[assignment]
            recorder.batch(batch())
        wait_for(lambda: len(told.of("Seen")) == 3)
    assert told.of("TriggerSeconds") == []


def test_a_stream_that_ends_waits_for_nothing_and_tells_all() -> None:
    told = Told()
    recorder = started(told)
    for number in range(20):
        recorder.batch(batch(number))
    began = time.monotonic()
    recorder.close()
    assert time.monotonic() - began < 2.0
    assert told.of("Seen") == [10] * 20


def test_minutes_are_told_without_batches_and_only_while_the_driver_watches() -> None:
    told = Told()
    with closing(started(told, minute_s=0.3, dropped=lambda: 4)) as recorder:
        time.sleep(0.7)
        assert told.of("Heartbeat") == [], "nobody has looked yet"
        until = time.monotonic() + 2.0
        while time.monotonic() < until:
            recorder.look(News(run="run", head=5))
            time.sleep(0.05)
        beats = len(told.of("Heartbeat"))
        assert 3 <= beats <= 7
        time.sleep(1.0)
        assert len(told.of("Heartbeat")) <= beats + 1, "the driver hangs"
        assert (told.shown["Pending"], told.of("Pending")[0]) == (5, 5)
    assert told.of("DiskFreeBytes")[0] == 5
    assert told.of("DroppedLines")[:2] == [4, 0], "what was dropped since the last line"
    assert told.of("Heartbeat")[-1] == 0


@pytest.mark.parametrize("hangs", [True, False], ids=["hangs", "fails"])
def test_an_output_that_hangs_or_fails_holds_nobody_up(hangs: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    class Bad(Told):
        def tell(self, values: Any, codes: Any) -> None:
            if "Seen" in values:
                assert hangs
                assert released.wait(30)

    monkeypatch.setattr(module, "CLOSE_S", 0.5)
    recorder = started(Bad())
    began = time.monotonic()
    for number in range(module.MOST + 100):
        recorder.batch(batch(number))
        recorder.look(News())
    assert time.monotonic() - began < 1.0
    recorder.close()
    assert time.monotonic() - began < 4.0
    released.set()


def test_what_the_stream_pays_for_a_batch_is_microseconds() -> None:
    told = Told()
    with closing(started(told)) as recorder:
        one, news = batch(), News(run="run", head=10, rows_seen=10)
        recorder.query = query(1)
        began = time.perf_counter()
        for _ in range(500):
            recorder.batch(one)
            recorder.look(news)
        each_us = (time.perf_counter() - began) / 500 * 1e6
    print(f"{each_us:.1f} us a batch")
    assert each_us < 1000, "on a busy machine; about 5 on an idle one"


def test_without_outputs_there_is_no_thread() -> None:
    before = threading.active_count()
    recorder = Recorder([], measure)
    recorder.start()
    recorder.batch(batch())
    recorder.look(News())
    assert threading.active_count() == before
    recorder.close()
