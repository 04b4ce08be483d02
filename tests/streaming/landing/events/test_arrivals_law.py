"""However events are ordered, doubled and cut into batches: the last version announced is the one that is there."""

from dataclasses import dataclass
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from streaming.landing.events.arrivals import Arrivals
from streaming.landing.events.newest import NewestEvents
from streaming.landing.events.object_event import ObjectEvent
from streaming.stores.store import Listed
from tests.streaming.landing.events.landing import FakeLedger, FakeS3, orchard
from tests.streaming.landing.events.made import event

Dating = Literal["all", "none", "same", "some"]

#: When a copy of an event arrives: after so many more changes, and where within its batch.
arrival = st.tuples(st.sampled_from([0, 1, 2, 3, 6, 9]), st.integers(0, 9))


@dataclass(frozen=True)
class Write:
    """A change of the bucket, of which S3 tells at least once."""

    key: str
    etag: str | None  #: None: removed
    told: bool  #: the event has ETag and size
    dated: bool  #: where some are, the event has a sequencer
    arrivals: list[tuple[int, int]]


writes = st.lists(
    st.builds(
        Write,
        st.sampled_from(["in/a.jpg", "in/a.jpg", "in/b.jpg"]),
        st.sampled_from(["A", "B", "A", "B", "C", None]),
        st.sampled_from([True, True, True, False]),
        st.booleans(),
        st.lists(arrival, min_size=1, max_size=3),
    ),
    min_size=2,
    max_size=8,
)


def as_event(write: Write, at: int, dating: Dating) -> ObjectEvent:
    order = {"all": at + 250, "none": None, "same": 7, "some": at + 250 if write.dated else None}[dating]
    return event(
        write.etag if write.told else None,
        order,
        write.key,
        created=write.etag is not None,
        size=5 if write.told else None,
    )


@settings(max_examples=300, deadline=None)
@given(
    writes,
    st.sampled_from(["all", "none", "same", "some"]),
    st.sets(st.integers(0, 16), max_size=2),
    st.sets(st.integers(0, 16), max_size=2),
    st.integers(1, 3),
)
def test_the_last_announced_is_what_is_there(
    history: list[Write], dating: Dating, restarts: set[int], listings: set[int], memory: int
) -> None:
    store, ledger = orchard(), FakeLedger()
    arrivals = Arrivals(store, ledger.known, NewestEvents(memory))
    for now in range(len(history) + 10):
        if now < len(history):
            apply(history[now], store.objects)
        if now in restarts:
            arrivals = Arrivals(store, ledger.known, NewestEvents(memory))
        if now in listings:
            ledger.announce([[e for e in listed(store) if ledger.known.look_up([e.path], [e.etag]) != [None]]])
        ledger.announce(arrivals.settle(batch_at(now, history, dating)))
    for key, etag in store.objects.items():
        assert ledger.etags(key)[-1:] == [etag]


def batch_at(now: int, history: list[Write], dating: Dating) -> list[ObjectEvent]:
    copies = [(rank, at) for at, write in enumerate(history) for delay, rank in write.arrivals if at + delay == now]
    return [as_event(history[at], at, dating) for _, at in sorted(copies)]


def listed(store: FakeS3) -> list[Listed]:
    return [found for key in store.objects if (found := store.stat(f"s3://orchard/{key}"))]


def apply(write: Write, objects: dict[str, str]) -> None:
    if write.etag is None:
        objects.pop(write.key, None)
    else:
        objects[write.key] = write.etag


@given(st.permutations(range(6)), st.lists(st.integers(1, 5), min_size=6), st.lists(st.integers(0, 5)))
def test_pictures_written_once_are_the_same_versions_in_any_order(
    order: list[int], sizes: list[int], again: list[int]
) -> None:
    ledger, store = FakeLedger(), orchard()
    arrivals = Arrivals(store, ledger.known)
    todo = [event(f"E{n}", n, f"in/{n}.jpg") for n in [*order, *again]]
    for size in sizes:
        ledger.announce(arrivals.settle(todo[:size]))
        del todo[:size]
    ledger.announce(arrivals.settle(todo))
    assert sorted(ledger.announced) == [(f"in/{n}.jpg", f"E{n}") for n in range(6)]
    assert store.heads == []
    assert sum(v for k, v in arrivals.counts.items() if k != "looked_up") == 6 + len(again)
