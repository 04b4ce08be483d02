import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from schemas.errors import PictureError
from streaming.featurize.read_ahead import read_ahead, without_secrets


@dataclass(frozen=True)
class Item:
    name: int
    size: int = 1


class SlowReads:
    """Counts how many reads are under way or held, and the most there ever were."""

    def __init__(self, seconds: float = 0.002) -> None:
        self.seconds = seconds
        self.started: list[int] = []
        self.running = 0
        self.most_running = 0
        self.lock = threading.Lock()

    def __call__(self, item: Item) -> bytes:
        with self.lock:
            self.started.append(item.name)
            self.running += 1
            self.most_running = max(self.most_running, self.running)
        time.sleep(self.seconds)
        with self.lock:
            self.running -= 1
        return str(item.name).encode()


def test_results_come_in_order_whatever_read_ends_first() -> None:
    def read(item: Item) -> bytes:
        time.sleep(0.003 * (item.name % 3))
        return str(item.name).encode()

    items = [Item(i) for i in range(30)]
    assert [(i, int(b)) for i, b in read_ahead(items, read, 4) if isinstance(b, bytes)] == [
        (item, item.name) for item in items
    ]


def test_never_more_reads_than_depth() -> None:
    reads = SlowReads()
    assert len(list(read_ahead([Item(i) for i in range(30)], reads, 3))) == 30
    assert reads.most_running == 3


def test_predicted_bytes_are_bounded_and_one_read_always_goes() -> None:
    reads = SlowReads()
    assert len(list(read_ahead([Item(i, 60) for i in range(9)], reads, 8, max_bytes=130))) == 9
    assert reads.most_running == 2
    reads = SlowReads()
    assert len(list(read_ahead([Item(i, 999) for i in range(5)], reads, 8, max_bytes=130))) == 5
    assert reads.most_running == 1


def test_reads_go_on_while_the_consumer_works() -> None:
    reads = SlowReads(0)
    results = read_ahead([Item(i) for i in range(10)], reads, 4)
    next(results)
    time.sleep(0.05)
    assert reads.started == [0, 1, 2, 3]


def test_groups_of_neighbours_begin_small_and_hold_as_many_as_fit() -> None:
    threads: list[tuple[str, int]] = []

    def read(item: Item) -> bytes:
        threads.append((threading.current_thread().name, item.name))
        return str(item.name).encode()

    items = [Item(i, 10) for i in range(40)]
    results = list(read_ahead(items, read, 4, max_bytes=640, together=8))
    assert [(i, int(b)) for i, b in results if isinstance(b, bytes)] == [(item, item.name) for item in items]
    by_thread = [[i for name, i in threads if name == thread] for thread in {name for name, _ in threads}]
    assert all(reads == sorted(reads) for reads in by_thread)
    photos = read_ahead([Item(i, 100) for i in range(9)], reads := SlowReads(), 4, max_bytes=640, together=8)
    assert len(list(photos)) == 9
    assert reads.most_running > 1  # a group holds 80 bytes: each of these is one


def test_quick_reads_take_two_threads_and_slow_ones_all() -> None:
    quick, slow = SlowReads(0), SlowReads(0.02)
    for _ in read_ahead([Item(i) for i in range(60)], quick, 4, together=8):
        time.sleep(0.002)
    assert quick.most_running <= 2
    assert len(list(read_ahead([Item(i) for i in range(60)], slow, 4, together=8))) == 60
    assert slow.most_running == 4


def test_a_group_is_left_off_when_the_consumer_stops() -> None:
    reads = SlowReads(0.01)
    results = read_ahead((Item(i) for i in range(1000)), reads, 2, together=64)
    for _ in range(20):
        next(results)
    begun = len(reads.started)
    results.close()
    assert len(reads.started) <= begun + 2  # one that each thread was about to begin; their groups have 64
    assert reads.running == 0


def test_failed_read_is_a_value_in_its_place() -> None:
    def read(item: Item) -> bytes:
        if item.name == 1:
            raise PictureError("gone", "deleted")
        if item.name == 2:
            raise RuntimeError("GET https://x.s3/k?X-Amz-Signature=abc failed, token=t0ps3cret")
        return b"fine"

    results = [b for _, b in read_ahead([Item(i) for i in range(4)], read, 2)]
    assert [r.code if isinstance(r, PictureError) else r for r in results] == [b"fine", "gone", "unreachable", b"fine"]
    unexpected = results[2]
    assert isinstance(unexpected, PictureError)
    assert "RuntimeError" in unexpected.detail
    assert "abc" not in unexpected.detail
    assert "t0ps3cret" not in unexpected.detail


def test_nothing_runs_after_the_consumer_has_stopped() -> None:
    reads = SlowReads(0.02)
    before = threading.active_count()
    results = read_ahead((Item(i) for i in range(100)), reads, 4)
    next(results)
    results.close()
    assert reads.running == 0
    assert threading.active_count() == before
    assert len(reads.started) <= 5


def test_failing_source_ends_the_reads_too() -> None:
    def source() -> Iterator[Item]:
        yield from (Item(0), Item(1))
        raise ValueError("source")

    before = threading.active_count()
    with pytest.raises(ValueError, match="source"):
        list(read_ahead(source(), SlowReads(), 4))
    assert threading.active_count() == before


def test_no_items_no_results() -> None:
    assert list(read_ahead([], SlowReads(), 4)) == []


@pytest.mark.parametrize(
    "text",
    ["AKIAABCDEFGHIJKLMNOP", "secret_key=s3cr3t", "Authorization: s3cr3t", "http://a/b?sig=s3cr3t", 'token="s3cr3t"'],
)
def test_secrets_are_masked(text: str) -> None:
    masked = without_secrets(f"before {text} after")
    assert masked.startswith("before ")
    assert masked.endswith(" after")
    assert "s3cr3t" not in masked
    assert "ABCDEFGHIJKLMNOP" not in masked
