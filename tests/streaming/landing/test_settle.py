"""A file that is being written is not announced."""

from streaming.landing.settle import Settling
from tests.streaming.landing.fakes import FakeStore


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def settling(store: FakeStore, clock: Clock) -> Settling:
    waiting = Settling(store, settle_s=1.0, clock=clock)
    for entry in store.list():
        waiting.see(entry)  # type: ignore[arg-type]
    return waiting


def test_a_file_that_stays_the_same_settles() -> None:
    store, clock = FakeStore({"a": "1"}), Clock()
    waiting = settling(store, clock)
    assert not list(waiting.settled())
    clock.now = 1.0
    assert [entry.etag for entry in waiting.settled()] == ["1"]
    assert not len(waiting)


def test_a_growing_file_waits_until_it_stays_the_same() -> None:
    store, clock = FakeStore({"a": "1"}), Clock()
    waiting = settling(store, clock)
    for second in range(1, 5):
        store.objects["a"] += "1"
        clock.now = float(second)
        assert not list(waiting.settled())
    clock.now = 5.0
    assert [entry.etag for entry in waiting.settled()] == ["11111"]


def test_a_deleted_file_is_forgotten() -> None:
    store, clock = FakeStore({"a": "1"}), Clock()
    waiting = settling(store, clock)
    del store.objects["a"]
    clock.now = 1.0
    assert not list(waiting.settled())
    assert not len(waiting)
