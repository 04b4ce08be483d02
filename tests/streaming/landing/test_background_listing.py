"""A listing in a thread of its own hands over what it finds, not faster than it is taken."""

import time
from collections.abc import Iterator

import pytest

from streaming.landing.background_listing import CHUNKS_AHEAD, BackgroundListing
from streaming.stores.store import Listed, Skipped, StoreError
from tests.streaming.landing.events.services import eventually
from tests.streaming.landing.fakes import FakeStore


class Counting(FakeStore):
    """Counts what was read of its listing."""

    read_entries = 0

    def list(self) -> Iterator[Listed | Skipped]:
        for entry in super().list():
            self.read_entries += 1
            yield entry


def taken(listing: BackgroundListing) -> list[str]:
    """All that is left of it."""
    paths: list[str] = []
    while (chunk := listing.take()) is not None:
        paths += [entry.path for entry in chunk if isinstance(entry, Listed)]
        time.sleep(0.001)
    return paths


def test_everything_is_handed_over_in_order() -> None:
    store = FakeStore({f"{n}": "A" for n in range(25)})
    assert taken(BackgroundListing(store, 10)) == [f"{n}" for n in range(25)]


def test_an_empty_landing_ends_at_once() -> None:
    assert taken(BackgroundListing(FakeStore(), 10)) == []


def test_what_the_store_raises_is_raised_where_it_is_taken() -> None:
    with pytest.raises(StoreError, match="away"):
        taken(BackgroundListing(FakeStore(error="the bucket is away"), 10))


def test_it_does_not_run_ahead_of_who_takes_it() -> None:
    store = Counting({f"{n}": "A" for n in range(100)})
    listing = BackgroundListing(store, 5)
    held = 5 * (CHUNKS_AHEAD + 1)  # the last of them waits to be handed over
    eventually(lambda: store.read_entries == held)
    time.sleep(0.1)
    assert store.read_entries == held
    assert len(taken(listing)) == 100


def test_one_that_was_given_up_reads_no_further() -> None:
    store = Counting({f"{n}": "A" for n in range(100)})
    listing = BackgroundListing(store, 5)
    listing.give_up()
    time.sleep(0.7)
    assert store.read_entries <= 5 * (CHUNKS_AHEAD + 2)
