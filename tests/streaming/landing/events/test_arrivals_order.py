"""Sequencers: what they prove, and what they don't."""

import pytest

from streaming.landing.events.object_event import ObjectEvent
from tests.streaming.landing.events.landing import Landing, orchard
from tests.streaming.landing.events.made import event


def test_a_greater_sequencer_saves_the_look() -> None:
    landing = Landing(orchard(a="C"))
    assert landing.settle(event("A", 0xFF)) == ["A"]
    assert landing.settle(event("B", 0x100)) == ["A", "B"]
    assert landing.settle(event("C", 0x101)) == ["A", "B", "C"]
    assert landing.heads == 0


def test_an_older_event_is_dropped_without_a_look() -> None:
    landing = Landing(orchard(a="B"))
    landing.settle(event("B", 9))
    assert landing.settle(event("A", 8)) == ["B"]
    assert landing.heads == 0
    assert landing.counts == {"taken": 1, "outdated": 1}


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1, 2, 1)])
def test_there_and_back_within_a_batch_makes_three_versions(order: tuple[int, ...]) -> None:
    landing = Landing(orchard(a="A"))
    assert landing.settle(*(event(" ABA"[n], n) for n in order)) == ["A", "B", "A"]
    assert landing.heads == 0
    assert landing.settle(event("A", 1), event("B", 2)) == ["A", "B", "A"]


def test_there_and_back_without_sequencers_is_what_is_there() -> None:
    landing = Landing(orchard(a="A"))
    assert landing.settle(event("A"), event("B"), event("A")) == ["A"]
    assert landing.heads == 1


def test_a_version_that_a_listing_announced_ends_the_comparison() -> None:
    landing = Landing(orchard(a="C"))
    landing.settle(event("A", 1))
    landing.ledger.known.record(["s3://orchard/in/a.jpg"], ["C"], [9])
    assert landing.settle(event("B", 2)) == ["A"]
    assert landing.heads == 1


def test_an_event_of_long_ago_does_not_prove_that_another_is_newer() -> None:
    landing = Landing(orchard(a="A"), "A", "B", "A")
    assert landing.settle(event("A", 1)) == []
    assert landing.settle(event("B", 2)) == []
    assert landing.heads == 1


@pytest.mark.parametrize("undated", [[event("A")], [event("A"), event("A", 1)]])
def test_an_undated_event_ends_the_comparison(undated: list[ObjectEvent]) -> None:
    landing = Landing(orchard(a="A"))
    landing.settle(event("A", 1))
    landing.settle(*undated)  # S3 went from A to B and back: the events of the way arrive late
    assert landing.settle(event("B", 2)) == ["A"]
    assert landing.heads == 1


def test_an_undated_event_beside_a_dated_one_proves_nothing() -> None:
    landing = Landing(orchard(a="A"))
    landing.settle(event("A"), event("A", 1))
    assert landing.settle(event("B", 2)) == ["A"]
    assert landing.heads == 1


def test_one_sequencer_for_two_versions_proves_nothing() -> None:
    landing = Landing(orchard(a="B"))
    landing.settle(event("A", 7))
    assert landing.settle(event("B", 7)) == ["A", "B"]
    assert landing.heads == 1
