"""A lake that is broken on purpose, in each way there is, is seen to be; a right one is left in peace."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from conf.errors import SettingsError
from streaming.audit.findings import KINDS
from tests.streaming.audit.broken import Orchard, orchard


def kinds(made: Orchard, **extent: object) -> dict[str, int]:
    return {finding.kind: finding.count for finding in made.audit(**extent).findings}


def test_a_right_lake_is_right(tmp_path: Path) -> None:
    audit = orchard(tmp_path).audit()
    assert audit.law_holds
    assert (audit.announcements, audit.versions, audit.ok, audit.rejected, audit.pending) == (6, 4, 2, 1, 1)
    assert (audit.objects, audit.young, audit.compared) == (3, 0, 2)  # c has no row yet


def test_an_empty_lake_is_right(tmp_path: Path) -> None:
    audit = Orchard(tmp_path).audit()
    assert (audit.law_holds, audit.versions, audit.objects) == (True, 0, 0)


def _gap(made: Orchard) -> None:
    made.ledger[5]["seq"] = made.ledger[5]["version"] = 8


def _announced_twice(made: Orchard) -> None:
    made.ledger.append(made.ledger[5])


def _without_its_row(made: Orchard) -> None:
    del made.features[1]


def _two_rows(made: Orchard) -> None:
    made.features.append(made.features[1])


def _never_announced(made: Orchard) -> None:
    made.feature({**made.ledger[5], "seq": 9}, b"c")
    made.feature(made.ledger[5], b"c")
    for seq in (7, 8):
        made.announce(f"{seq}.jpg", "A")
        made.feature(made.ledger[-1], b"c")


def _of_the_version_before(made: Orchard) -> None:
    made.features[1]["etag"] = "old"


def _of_another_path(made: Orchard) -> None:
    made.features[1]["path"] += "x"


def _supersedes_nothing(made: Orchard) -> None:
    made.ledger[1]["supersedes"] = made.features[1]["supersedes"] = None


def _same_etag_again(made: Orchard) -> None:
    made.ledger[0]["etag"] = made.features[0]["etag"] = made.ledger[1]["etag"]


def _skips_an_attempt(made: Orchard) -> None:
    made.ledger[4]["attempt"] = made.features[4]["attempt"] = 4


def _retry_of_another_etag(made: Orchard) -> None:
    made.ledger[3]["etag"] = made.features[3]["etag"] = "B"


def _retry_of_no_version(made: Orchard) -> None:
    made.ledger[3]["version"] = made.features[3]["version"] = 2


def _retry_after_a_terminal_row(made: Orchard) -> None:
    made.ledger[4]["reason"] = made.features[4]["reason"] = "retry"


def _row_with_another_attempt(made: Orchard) -> None:
    made.features[3]["attempt"] = 1


def _ok_with_a_code(made: Orchard) -> None:
    made.features[0]["error_code"] = "timeout"


def _rejected_without_a_code(made: Orchard) -> None:
    made.features[4]["error_code"] = None


def _deferred_for_good(made: Orchard) -> None:
    made.features[2]["error_code"] = "truncated"


def _status_of_no_kind(made: Orchard) -> None:
    made.features[0]["status"] = "done"


def _other_bytes(made: Orchard) -> None:
    made.features[1]["content_hash"] = "0" * 64


def _too_few_features(made: Orchard) -> None:
    made.features[1]["features"] = [1.0] * 1279


def _features_that_are_no_numbers(made: Orchard) -> None:
    made.features[1]["features"] = [float("nan")] * 1280


def _no_features(made: Orchard) -> None:
    made.features[1]["features"] = None


def _overwritten_long_ago(made: Orchard) -> None:
    del made.features[5:], made.ledger[5:]
    made.announce("c.jpg", "another", announced_at=made.ledger[0]["announced_at"].replace(year=2100))


def _there_though_gone(made: Orchard) -> None:
    made.features[1] |= {"status": "rejected", "error_code": "gone", "content_hash": None, "features": None}
    made.ledger[0]["announced_at"] = made.ledger[0]["announced_at"].replace(year=2100)


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        (_gap, {"ledger_gaps": 2}),
        (_announced_twice, {"ledger_duplicates": 1, "chain": 1}),
        (_without_its_row, {"lost": 1}),
        (_two_rows, {"doubled": 1}),
        (_never_announced, {"stray": 1}),
        (_of_the_version_before, {"wrong_version": 1}),
        (_of_another_path, {"wrong_version": 1}),
        (_supersedes_nothing, {"chain": 1}),
        (_same_etag_again, {"chain": 1, "wrong_bytes": 1}),
        (_skips_an_attempt, {"chain": 1}),
        (_retry_of_another_etag, {"chain": 1}),
        (_retry_of_no_version, {"chain": 2, "retry": 1}),
        (_retry_after_a_terminal_row, {"retry": 1}),
        (_row_with_another_attempt, {"wrong_chain": 1}),
        (_ok_with_a_code, {"wrong_state": 1}),
        (_rejected_without_a_code, {"wrong_state": 1}),
        (_deferred_for_good, {"wrong_state": 1}),
        (_status_of_no_kind, {"wrong_state": 1}),
        (_other_bytes, {"wrong_bytes": 1}),
        (_too_few_features, {"wrong_features": 1}),
        (_features_that_are_no_numbers, {"wrong_features": 1}),
        (_no_features, {"wrong_features": 1}),
        (_overwritten_long_ago, {"unannounced": 1}),
        (_there_though_gone, {"unannounced": 1}),
    ],
)
def test_what_is_broken_is_found(tmp_path: Path, broken: Callable[[Orchard], None], found: dict[str, int]) -> None:
    made = orchard(tmp_path)
    broken(made)
    assert kinds(made) == found
    assert found.keys() <= KINDS.keys()


def test_an_object_that_no_listing_has_met_yet_is_no_loss_unless_all_should_be_done(tmp_path: Path) -> None:
    made = orchard(tmp_path)
    made.put("d.jpg", b"d")
    audit = made.audit()
    assert (audit.law_holds, audit.young) == (True, 1)


def test_after_a_drain_nothing_may_wait(tmp_path: Path) -> None:
    made = orchard(tmp_path)
    made.put("d.jpg", b"d")
    time.sleep(0.01)
    assert kinds(made, drained=True) == {"unannounced": 1, "waiting": 1}


def test_names_that_are_not_taken_are_not_missed(tmp_path: Path) -> None:
    made = orchard(tmp_path)
    made.feature(made.ledger[5], b"c")
    for name in (".d.jpg", "_d.jpg", "d.txt", "e.jpg.part"):
        made.put(name, b"d")
    (made.landing / "link.jpg").symlink_to(made.landing / "a.jpg")
    (made.landing / "_folder").mkdir()
    made.put("_folder/d.jpg", b"d")
    time.sleep(0.01)
    assert kinds(made, drained=True) == {}


def test_a_picture_that_is_gone_or_overwritten_meanwhile_is_not_compared(tmp_path: Path) -> None:
    made = orchard(tmp_path)
    (made.landing / "b.jpg").unlink()
    assert made.audit().compared == 1


def test_the_sample_is_as_large_as_asked(tmp_path: Path) -> None:
    assert orchard(tmp_path).audit(sample=1).compared <= 1


@pytest.mark.parametrize("broken", [False, True])
def test_the_command_says_it_and_exits_1(tmp_path: Path, broken: bool) -> None:
    made = orchard(tmp_path)
    if broken:
        _two_rows(made)
    made.write()
    places = {"VERGER_LANDING": str(made.landing), "VERGER_LAKE": str(tmp_path / "lake")}
    command = [sys.executable, "-m", "verger", "audit", "--json"]
    done = subprocess.run(command, env=os.environ | places, capture_output=True, text=True, check=False)
    assert done.returncode == int(broken), done.stderr
    told = json.loads(done.stdout)
    assert (told["versions"], told["law_holds"]) == (4, not broken)
    assert [finding["kind"] for finding in told["findings"]] == ["doubled"] * broken
    assert ("the law is broken" in done.stderr) == broken


def test_no_lake_is_said(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "verger", "audit", "--lake", str(tmp_path / "lake")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "there is no table features" in done.stderr) == (2, True)


def test_no_landing_is_said_with_the_fix(tmp_path: Path) -> None:
    made = orchard(tmp_path)
    made.landing.rename(tmp_path / "moved")
    with pytest.raises(SettingsError, match=f"landing = '{made.landing}' does not exist: create that folder"):
        made.audit()
