"""What is asked for is announced again: once, all that fits, and beside what is new."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from streaming.landing.ledger import Ledger
from streaming.landing.news import News
from streaming.requests import replaying
from streaming.requests.box import drop
from streaming.requests.matching import matching
from streaming.requests.replaying import Replaying
from streaming.status import read_status
from streaming.stores.store import Listed
from tests.streaming.landing.fakes import NOW
from tests.streaming.requests.orchard import Orchard

NAMES = ("Kiwi/ok.jpg", "Kiwi/cut.jpg", "Lemon/old.jpg", "Lemon/slow.jpg", "Lemon/old.jpg", "Lime/new.jpg")


@pytest.fixture
def orchard(tmp_path: Path) -> Orchard:
    """Of Lemon/old.jpg there are two versions, Lemon/slow.jpg is deferred, Lime/new.jpg has no row yet."""
    orchard = Orchard(tmp_path)
    orchard.announce(*NAMES[:4])
    orchard.announce(NAMES[4], etag="B", supersedes=3)
    orchard.announce(NAMES[5])
    orchard.feature("ok", "truncated", "ok", "deferred")
    orchard.feature("ok", model_id="other", featurized_at=NOW + timedelta(days=2))
    return orchard


def replays(orchard: Orchard) -> list[tuple[str, int, int]]:
    told = [row for row in orchard.ledger() if row["reason"] == "replay"]
    assert {row["discovered_by"] for row in told} <= {"request"}
    return [(row["path"].removeprefix(orchard.uri("")), row["version"], row["attempt"]) for row in told]


@pytest.mark.parametrize(
    ("asked", "seqs"),
    [
        ({"everything": True}, [1, 2, 5]),
        ({"code": "truncated"}, [2]),
        ({"path": "*/Kiwi/*"}, [1, 2]),
        ({"path": "*/Lemon/*"}, [5]),
        ({"model": "other"}, [5]),
        ({"model": "m", "path": "*/ok.jpg"}, [1]),
        ({"since": NOW + timedelta(days=2)}, [5]),
        ({"until": NOW}, []),
        ({"since": NOW, "until": NOW + timedelta(days=2)}, [1, 2]),
        ({"everything": True, "upto": 1}, [1]),
    ],
)
def test_the_latest_versions_with_a_row_that_fit_are_meant(
    orchard: Orchard, asked: dict[str, Any], seqs: list[int]
) -> None:
    assert matching(orchard.lake, Ledger(orchard.lake), orchard.ask(**asked)).tolist() == seqs


def test_they_are_announced_again_once_and_the_file_goes(orchard: Orchard) -> None:
    announcer = orchard.announcer()
    drop(orchard.box, orchard.ask(everything=True))
    assert read_status(orchard.lake).requests == ("replay of everything",)
    announcer.tick()  # looked for requests when it was made
    assert replays(orchard) == []
    for _ in range(2):
        orchard.announcer().tick()
    assert replays(orchard) == [("Kiwi/ok.jpg", 1, 2), ("Kiwi/cut.jpg", 2, 2), ("Lemon/old.jpg", 5, 2)]
    assert orchard.ledger()[-1] | {"announced_at": None} == {
        "seq": 9, "version": 5, "supersedes": 3, "attempt": 2, "reason": "replay", "path": orchard.uri(NAMES[4]),
        "etag": "B-Lemon/old.jpg", "size": 7, "modified": NOW, "announced_at": None, "discovered_by": "request",
    }  # fmt: skip
    announcer = orchard.announcer()
    for _ in range(2):
        announcer.tick()
    assert (orchard.box.ids(), len(replays(orchard)), announcer.news.requests) == ([], 3, 0)


def test_a_crash_between_announcing_and_removing_announces_nothing_twice(orchard: Orchard) -> None:
    asked = orchard.ask(everything=True)
    for chunk in (1, 1, 5):
        drop(orchard.box, asked)  # as if no one had ever removed it
        replaying_ = Replaying(orchard.lake, ledger := Ledger(orchard.lake), lambda: 0.0)
        ledger.append(replaying_.drafts(chunk))
    assert [path for path, *_ in replays(orchard)] == ["Kiwi/ok.jpg", "Kiwi/cut.jpg", "Lemon/old.jpg"]
    orchard.feature("ok", "ok", "ok", "ok")  # even when they have their rows
    assert not Replaying(orchard.lake, Ledger(orchard.lake), lambda: 0.0).drafts(9)


def test_a_long_replay_leaves_room_for_new_pictures(tmp_path: Path) -> None:
    orchard = Orchard(tmp_path)
    orchard.announce(*(f"x/{n}.jpg" for n in range(25)))
    orchard.feature(*["ok"] * 25)
    drop(orchard.box, orchard.ask(everything=True))
    announcer = orchard.announcer(max_objects=10)
    for _ in range(3):
        announcer.tick()
    assert len(orchard.ledger()) == 35  # one batch waits, and no more
    assert announcer.news.requests == 1
    for done, expected in ((7, 42), (10, 50)):
        orchard.feature(*["ok"] * done)
        announcer.tick()
        assert len(orchard.ledger()) == expected
    announcer.tick()
    assert (announcer.news.requests, orchard.box.ids()) == (0, [])
    assert sorted(path for path, *_ in replays(orchard)) == sorted(f"x/{n}.jpg" for n in range(25))


def test_what_was_announced_by_others_while_a_replay_waited_is_not_announced_by_it(tmp_path: Path) -> None:
    orchard = Orchard(tmp_path)
    orchard.announce(*(f"x/{n}.jpg" for n in range(5)))
    orchard.feature(*["gone"] * 5)
    drop(orchard.box, orchard.ask(code="gone"))
    announcer = orchard.announcer(max_objects=2)
    announcer.tick()
    there = [Listed(orchard.uri(f"x/{n}.jpg"), f"A-x/{n}.jpg", 7, NOW) for n in (2, 3)]
    announcer.announce_again(there, "list")
    announcer.announce([Listed(orchard.uri("x/4.jpg"), "B", 7, NOW)], "list")
    orchard.feature(*["ok"] * 5)
    for _ in range(3):
        announcer.tick()
    announced = [(row["version"], row["attempt"]) for row in orchard.ledger()[5:]]
    assert announced == [(1, 2), (2, 2), (3, 2), (4, 2), (10, 1)]
    assert (announcer.news.requests, orchard.box.ids()) == (0, [])


def test_a_drain_waits_for_what_is_asked(orchard: Orchard) -> None:
    drop(orchard.box, orchard.ask(code="truncated"))
    orchard.announcer().publish()
    assert News.read(orchard.lake.beside("discovery.json")).requests == 1


def test_what_is_taken_back_stops(tmp_path: Path) -> None:
    orchard, now = Orchard(tmp_path), [0.0]
    orchard.announce(*(f"x/{n}.jpg" for n in range(5)))
    orchard.feature(*["ok"] * 5)
    request_id = drop(orchard.box, orchard.ask(everything=True))
    found = Replaying(orchard.lake, Ledger(orchard.lake), lambda: now[0])
    assert len(found.drafts(2)) == 2
    orchard.box.remove(request_id)
    now[0] += replaying.LOOK_S
    found.look()
    assert (found.drafts(2), len(found)) == ([], 0)


def test_a_file_that_cant_be_removed_is_done_once(orchard: Orchard, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(orchard.box, orchard.ask(code="truncated"))
    now, scans = [0.0], list[int]()
    monkeypatch.setattr(type(orchard.box), "remove", lambda *_: (_ for _ in ()).throw(OSError("read-only")))
    monkeypatch.setattr(replaying, "matching", lambda *a: scans.append(1) or matching(*a))  # type: ignore[func-returns-value]
    found = Replaying(orchard.lake, ledger := Ledger(orchard.lake), lambda: now[0])
    for _ in range(5):
        ledger.append(found.drafts(9)) if now[0] == 0 else found.drafts(9)
        now[0] += 60
        found.look()
    assert (len(replays(orchard)), len(found), scans) == (1, 0, [1])


def test_a_box_that_cant_be_read_is_said_and_read_later(orchard: Orchard, caplog: pytest.LogCaptureFixture) -> None:
    folder = Path(orchard.lake.root) / "requests"
    folder.write_bytes(b"no folder")
    announcer = orchard.announcer()
    for _ in range(3):
        announcer.tick()
    assert caplog.text.count("requests can't be read") == 1
    assert any("requests can't be read" in problem for problem in read_status(orchard.lake).problems)


def test_malformed_ones_stay_and_are_named_by_status(orchard: Orchard) -> None:
    orchard.box.write("odd", b'{"kind": "replay"')
    announcer = orchard.announcer()
    announcer.tick()
    assert (announcer.news.requests, orchard.box.ids()) == (0, ["odd"])
    (problem,) = [p for p in read_status(orchard.lake).problems if "odd" in p]
    assert problem.startswith("requests/odd.json is not taken up: Invalid JSON")


def test_a_deferred_replay_is_tried_again_as_any_other(orchard: Orchard) -> None:
    drop(orchard.box, orchard.ask(code="truncated"))
    announcer = orchard.announcer()
    announcer.tick()
    orchard.feature("ok", "deferred")
    announcer.tick()
    assert announcer.news.retries == 2  # that one, and Lemon/slow.jpg
    assert orchard.announcer().news.retries == 0  # told at the first tick
    (waiting,) = [d for _, _, d in orchard.announcer()._retries._waiting if d.attempt == 3]
    assert (waiting.version, waiting.reason) == (2, "retry")
