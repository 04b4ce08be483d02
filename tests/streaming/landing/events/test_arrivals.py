"""Which events are announced, and what each of them costs."""

from datetime import timedelta

import pytest

from streaming.landing.events.arrivals import Arrivals
from streaming.landing.events.newest import NewestEvents
from streaming.stores.store import Listed, StoreError
from tests.streaming.landing.events.landing import FakeLedger, Landing, orchard
from tests.streaming.landing.events.made import event
from tests.streaming.landing.fakes import NOW


def test_an_unknown_path_is_taken_as_it_is() -> None:
    landing = Landing(orchard())
    assert landing.settle(event("A")) == ["A"]
    assert landing.heads == 0
    assert landing.counts == {"taken": 1}


@pytest.mark.parametrize("missing", [{"etag": None}, {"size": None}, {"modified": None}, {"etag": None, "order": 3}])
def test_what_an_event_does_not_tell_is_looked_up_once(missing: dict[str, object]) -> None:
    landing = Landing(orchard(a="A"))
    events = [event(**{"etag": "A", **missing})] * 3  # type: ignore[arg-type]
    assert landing.settle(*events) == ["A"]
    assert landing.heads == 1
    assert landing.counts == {"taken": 1, "looked_up": 1, "duplicate": 2}


def test_a_known_version_is_not_announced_again() -> None:
    landing = Landing(orchard(a="A"), "A")
    assert landing.settle(event("A"), event("A", size=None), event("A", 7)) == []
    assert landing.heads == 0
    assert landing.counts == {"duplicate": 3}


def test_an_event_that_contradicts_is_settled_by_what_is_there() -> None:
    assert Landing(orchard(a="B"), "A").settle(event("B")) == ["B"]
    assert Landing(orchard(a="C"), "A").settle(event("B")) == ["C"]
    assert Landing(orchard(a="A"), "A").settle(event("B")) == []
    assert Landing(orchard(), "A").settle(event("B")) == []


def test_all_contradictions_of_a_path_in_a_batch_cost_one_look() -> None:
    landing = Landing(orchard(a="C"), "A")
    assert landing.settle(event("B"), event("C"), event("D"), event("A")) == ["C"]
    assert landing.heads == 1


def test_what_is_forgotten_costs_a_look_and_no_more() -> None:
    ledger, store = FakeLedger(), orchard(a="B", b="A")
    arrivals = Arrivals(store, ledger.known, NewestEvents(max_paths=1))
    for batch in ([event("A", 1)], [event("A", 1, "in/b.jpg")], [event("B", 2)]):
        ledger.announce(arrivals.settle(batch))
    assert ledger.etags() == ["A", "B"]
    assert store.heads == ["in/a.jpg"]


def test_what_is_not_ours_is_counted() -> None:
    landing = Landing(orchard())
    landing.settle(
        event(bucket="other"),
        event(key="elsewhere/a.jpg"),
        event(key="in/notes.txt"),
        event(key="in/_tmp/a.jpg"),
        event(key="in/"),
        event(created=False),
        event("A", size=None, key="in/gone.jpg"),
    )
    assert landing.ledger.announced == []
    assert landing.counts == {"foreign": 2, "unmatched": 3, "removed": 2, "looked_up": 1}


def test_a_removal_is_no_news_and_a_new_upload_of_the_same_is_none() -> None:
    landing = Landing(orchard(a="A"))
    assert landing.settle(event("A", 1), event("A", 2, created=False), event("A", 3)) == ["A"]
    assert landing.counts == {"taken": 1, "removed": 1, "duplicate": 1}


def test_what_was_announced_last_is_repeated_as_it_is_told_last() -> None:
    landing, later = Landing(orchard(a="A")), NOW + timedelta(seconds=9)
    landing.settle(event("A", 1), event("A", 2))
    assert landing.arrivals.repeated == []
    landing.settle(
        event("A", 4, modified=later), event("A", 3), event("A", 5, bucket="other"), event("A", 6, "in/_a.jpg")
    )
    assert landing.arrivals.repeated == [Listed("s3://orchard/in/a.jpg", "A", 5, later)]
    landing.settle(event("A", 2), event("A", 7, size=None), event("A", 8, created=False))
    assert landing.arrivals.repeated == []


def test_what_is_looked_up_is_repeated_as_it_is_there() -> None:
    landing = Landing(orchard(a="A"), "A")
    landing.settle(event("B"), event("A", modified=NOW + timedelta(seconds=9)))
    assert landing.arrivals.repeated == [Listed("s3://orchard/in/a.jpg", "A", 5, NOW)]
    landing.store.objects.clear()
    landing.settle(event("B"), event("A"))
    assert landing.arrivals.repeated == []


def test_a_store_that_fails_leaves_all_as_it_was() -> None:
    landing = Landing(orchard(a="B", b="B"), "A")
    landing.store.broken.add("in/a.jpg")
    batch = [event("B", 2), event("B", 2, "in/b.jpg")]
    with pytest.raises(StoreError):
        landing.settle(*batch)
    assert landing.counts == {}
    landing.store.broken.clear()
    assert landing.settle(*batch) == ["B"]
    assert landing.counts == {"taken": 2, "looked_up": 1}
