"""`verger replay` and `verger forget`, as a person has them before the eyes."""

import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from conf.errors import FailedError, UserError
from conf.locks import lock_lake
from conf.settings import Settings
from streaming.requests.commands import run_forget, run_replay
from streaming.requests.waiting import look
from streaming.show import print_status
from streaming.status import read_status
from tests.streaming.landing.fakes import NOW
from tests.streaming.requests.orchard import Orchard


@pytest.fixture
def orchard(tmp_path: Path) -> Orchard:
    orchard = Orchard(tmp_path)
    orchard.announce("Kiwi/a.jpg", "Kiwi/b.jpg", "Lemon/c.jpg", "Kiwi/late.jpg")
    orchard.feature("ok", "truncated", "ok")
    return orchard


def settings(orchard: Orchard, landing: str = "landing") -> Settings:
    return Settings(landing=str(orchard.folder / landing), lake=orchard.lake.root)


def replay(orchard: Orchard, *, dry_run: bool = False, **asked: Any) -> str:
    printed = StringIO()
    run_replay(settings(orchard), Console(file=printed, width=300), asked, dry_run=dry_run)
    return printed.getvalue()


def forget(orchard: Orchard, path: str, landing: str = "landing", *, only_list: bool = False) -> str:
    printed = StringIO()
    run_forget(settings(orchard, landing), Console(file=printed, width=300), path, only_list=only_list)
    return printed.getvalue()


def test_a_replay_is_counted_and_asked_for(orchard: Orchard) -> None:
    assert replay(orchard, dry_run=True, path="*/Kiwi/*") == "2 pictures fit: replay of path */Kiwi/*\n"
    assert replay(orchard, code="empty") == "0 pictures fit: replay of code empty\n"
    assert orchard.box.ids() == []
    assert "no stream is running: they wait for the next `verger stream`" in replay(orchard, path="*/Kiwi/*")
    with lock_lake(orchard.lake, "stream"):
        assert "the stream announces them again" in replay(orchard, everything=True)
    (first, second) = look(orchard.box, 4).requests.values()
    assert [(one.upto, str(one)) for one in (first, second)] == [
        (3, "replay of path */Kiwi/*"), (3, "replay of everything")
    ]  # fmt: skip
    printed = StringIO()
    print_status(read_status(orchard.lake), Console(file=printed, width=300), as_json=False)
    assert "replay of path */Kiwi/*; replay of everything" in printed.getvalue()


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({}, "names nothing to replay: give a filter, or --all"),
        ({"code": "nonsense"}, "--code = 'nonsense': .*'truncated'"),
        ({"code": "forgotten"}, "nothing is known of it"),
        ({"path": ""}, "--path = ''"),
        ({"since": NOW, "until": NOW - timedelta(1)}, "no row is since 20.* and until 20.*: give a later until"),
        ({"since": NOW, "until": NOW}, "give a later until"),
    ],
)
def test_a_replay_of_nothing_is_one_sentence(orchard: Orchard, asked: dict[str, Any], why: str) -> None:
    with pytest.raises(UserError, match=why):
        replay(orchard, **asked)
    assert orchard.box.ids() == []


def test_without_a_stream_it_is_forgotten_at_once(orchard: Orchard) -> None:
    printed = forget(orchard, "*/Kiwi/*")
    assert "3 announcements fit" in printed
    assert "verger refit --full" in printed
    assert [row["error_code"] for row in orchard.rows()] == ["forgotten", "forgotten", None]
    assert [row["path"] for row in orchard.ledger()][3] == "forgotten:4"
    assert orchard.box.ids() == []
    assert forget(orchard, "*/Kiwi/*") == "0 announcements fit: forget path */Kiwi/*\n"


def test_beside_a_stream_it_waits_for_its_next_start(orchard: Orchard) -> None:
    with lock_lake(orchard.lake, "stream"):
        assert "does it at its next start" in forget(orchard, "*/Kiwi/*")
    assert len(orchard.box.ids()) == 1
    assert orchard.rows()[0]["status"] == "ok"


def test_what_is_still_in_the_landing_must_go_first(orchard: Orchard) -> None:
    files = [orchard.folder / "landing" / "Kiwi" / f"{n}.jpg" for n in range(7)]
    files[0].parent.mkdir()
    for file in files:
        file.write_bytes(b"x")
    with pytest.raises(UserError, match=r"still in the landing.* and 2 more; delete it there first \(--list"):
        forget(orchard, "*/Kiwi/*")
    assert sorted(forget(orchard, "*/Kiwi/*", only_list=True).split()) == [f"file://{file}" for file in files]
    assert (orchard.box.ids(), orchard.rows()[0]["status"]) == ([], "ok")
    assert "1 announcements fit" in forget(orchard, "*/Lemon/*")


@pytest.mark.parametrize("name", ["a.heic", ".a.jpg", "_hidden/a.jpg"])
def test_what_the_name_patterns_leave_out_is_still_in_the_landing_too(orchard: Orchard, name: str) -> None:
    file = orchard.folder / "landing" / "Kiwi" / name
    file.parent.mkdir(parents=True)
    file.write_bytes(b"x")
    with pytest.raises(UserError, match="still in the landing"):
        forget(orchard, "*/Kiwi/*")


@pytest.mark.parametrize("only_list", [False, True])
def test_with_another_landing_it_refuses(orchard: Orchard, only_list: bool) -> None:
    (orchard.folder / "landing2").mkdir()
    why = f"{orchard.uri('Kiwi/a.jpg')} is not in landing = '{orchard.folder}/landing2': run `verger forget` with"
    with pytest.raises(UserError, match=why):
        forget(orchard, "*/Kiwi/*", "landing2", only_list=only_list)
    assert (orchard.box.ids(), orchard.rows()[0]["status"]) == ([], "ok")


def test_of_a_landing_that_has_moved_each_part_is_forgotten_by_itself(orchard: Orchard) -> None:
    orchard.announce("new", path=f"file://{orchard.folder}/moved/Kiwi/a.jpg")
    (orchard.folder / "landing").rmdir()  # for good: it holds nothing any more
    (orchard.folder / "moved").mkdir()
    for landing in ("landing", "moved"):
        with pytest.raises(UserError, match="a --path of that landing alone"):
            forget(orchard, "*/Kiwi/*", landing)
    for landing in ("landing", "moved"):
        forget(orchard, f"file://{orchard.folder}/{landing}/Kiwi/*", landing)
    assert [row["path"] for row in orchard.ledger() if "forgotten" not in row["path"]] == [orchard.uri("Lemon/c.jpg")]


def test_what_can_not_be_forgotten_now_waits_and_says_so(orchard: Orchard) -> None:
    with lock_lake(orchard.lake, "refit"), pytest.raises(FailedError, match="nothing is forgotten yet"):
        forget(orchard, "*/Kiwi/*")
    assert "forget path */Kiwi/*: done by the next start" in read_status(orchard.lake).problems[-1]
    assert "announcements are blanked" in forget(orchard, "*/Lemon/*")  # and what waited
    assert [row["error_code"] for row in orchard.rows()] == ["forgotten"] * 3


def test_dates_and_flags_come_through_the_command_line(orchard: Orchard) -> None:
    def verger(*words: str) -> "subprocess.CompletedProcess[str]":
        lake = ("--lake", orchard.lake.root, "--landing", str(orchard.folder / "landing"))
        command = [sys.executable, "-m", "verger", *words, *lake]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    done = verger("replay", "--since", "2026-01-02", "--until", "2026-01-02T03:04:06", "--dry-run")
    assert done.stdout.startswith(
        "3 pictures fit: replay of since 2026-01-02 00:00:00+00:00, until 2026-01-02 03:04:06"
    )
    nothing = verger("replay")
    assert (nothing.returncode, nothing.stderr.count("\n")) == (2, 1)
