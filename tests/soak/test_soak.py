"""The soak's own parts: the same steps with the same seed, and a judge and an exit code that tell a broken law."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from conf.lake import Lake
from schemas.features import FEATURES
from schemas.ledger import LEDGER
from tests.soak import __main__ as command
from tests.soak.feed import Feed
from tests.soak.gauge import Gauge, Third
from tests.soak.judge import judge
from tests.soak.place import FolderPlace
from tests.soak.report import Outcome, markdown
from tests.streaming.landing.fakes import NOW

Rows = list[dict[str, Any]]


def steps(seed: int, count: int = 300) -> list[Any]:
    feed = Feed(seed)
    return [feed.step() for _ in range(count)]


@pytest.fixture
def fed(tmp_path: Path) -> tuple[Feed, FolderPlace]:
    """A landing after some steps."""
    feed, place = Feed(3), FolderPlace(tmp_path / "landing", tmp_path / "lake")
    for _ in range(120):
        place.apply(feed.step())
    return feed, place


def rows_of(feed: Feed, place: FolderPlace) -> Rows:
    """As a stream would have made them."""
    vectors = {one.sha256: np.full(1280, number, np.float32) for number, one in enumerate(feed.there.values())}
    return [
        {
            "path": place.uri + name, "etag": f"e{seq}", "seq": seq, "version": seq, "attempt": 1,
            "status": "ok" if one.expected == "ok" else "rejected", "content_hash": one.sha256,
            "error_code": None if one.expected == "ok" else one.expected,
            "features": vectors[one.sha256] if one.expected == "ok" else None,
        }
        for seq, (name, one) in enumerate(feed.there.items(), 1)
    ]  # fmt: skip


def gauge(place: FolderPlace, log: Path = Path("/none")) -> Gauge:
    return Gauge(place, Lake(str(place.lake)), log)


def tables(rows: Rows, announced: Rows) -> tuple[pa.Table, pa.Table]:
    rest = {"size": 1, "modified": NOW, "announced_at": NOW, "reason": "new", "discovered_by": "list"}
    return (
        pa.Table.from_pylist([rest | row for row in announced], LEDGER.arrow()),
        pa.Table.from_pylist(rows, FEATURES.arrow()),
    )


def test_the_same_seed_gives_the_same_steps_and_another_one_others() -> None:
    assert steps(1) == steps(1)
    assert steps(1) != steps(2)


def test_the_steps_are_of_all_kinds_and_the_landing_is_as_the_feed_says(fed: tuple[Feed, FolderPlace]) -> None:
    feed, landing = fed[0], fed[1].landing
    assert set(feed.counts) == {"new", "overwrite", "back", "delete", "odd"}
    assert {str(p.relative_to(landing)): p.read_bytes() for p in landing.rglob("*") if p.is_file()} == {
        name: content.data for name, content in feed.there.items()
    }


def test_what_is_as_it_must_be_is_judged_so(fed: tuple[Feed, FolderPlace]) -> None:
    rows = rows_of(*fed)
    verdict = judge(fed[1], fed[0].there, *tables(rows, rows))
    assert verdict.holds, verdict.sentences()
    assert verdict.rows == verdict.files == len(rows)


def lose(rows: Rows) -> None:
    rows.pop(3)


def double(rows: Rows) -> None:
    rows.append(rows[3])


def mistake(rows: Rows) -> None:
    rows[3] |= {"content_hash": "0" * 64}


def reject(rows: Rows) -> None:
    next(row for row in rows if row["status"] == "ok").update(status="rejected", error_code="truncated")


def differ(rows: Rows) -> None:
    row = next(row for row in rows if row["status"] == "ok")
    rows.append(row | {"seq": len(rows) + 1, "version": len(rows) + 1, "features": row["features"] + 1})


@pytest.mark.parametrize(
    ("harm", "kinds"),
    [(lose, "lost"), (double, "doubled"), (mistake, "wrong"), (reject, "wrong"), (differ, "wrong")],
)
def test_what_is_lost_doubled_or_wrong_is_named_and_the_exit_code_is_1(
    fed: tuple[Feed, FolderPlace],
    harm: Any,
    kinds: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    feed, place = fed
    rows, announced = rows_of(feed, place), rows_of(feed, place)
    harm(rows)
    if harm is differ:
        announced.append(rows[-1])
    verdict = judge(place, feed.there, *tables(rows, announced))
    assert getattr(verdict, kinds)
    outcome = Outcome(1, 0.1, feed.counts, Counter(), gauge(place), {"law_holds": True}, verdict, [])
    monkeypatch.setattr(command, "soak", lambda *_: outcome)
    monkeypatch.setattr("sys.argv", ["soak", "--folder", str(place.landing)])
    assert command.main() == 1
    assert f"- {kinds}: " in capsys.readouterr().out


def test_a_broken_audit_or_a_stream_that_ended_by_itself_breaks_the_law(fed: tuple[Feed, FolderPlace]) -> None:
    rows = rows_of(*fed)
    verdict = judge(fed[1], fed[0].there, *tables(rows, rows))
    parts = (1, 0.1, fed[0].counts, Counter[str](), gauge(fed[1]))
    assert Outcome(*parts, {"law_holds": True}, verdict, []).holds
    assert not Outcome(*parts, {"law_holds": True}, verdict, ["it ended"]).holds
    broken = Outcome(*parts, {"law_holds": False, "findings": ["doubled"]}, verdict, [])
    assert not broken.holds
    assert "- audit: ['doubled']" in markdown(broken)


def test_what_grows_is_told_from_what_is_flat(tmp_path: Path) -> None:
    grows, flat = Third.of([float(n) for n in range(100, 400)]), Third.of([300.0, 310.0, 290.0] * 5)
    assert grows
    assert flat
    assert (grows.is_flat(50), flat.is_flat(50)) == (False, True)
    log = tmp_path / "log"
    log.write_text("batch to 80: 34 ok, 6 rejected (gone 1) in 2.5 s, 16 pictures/s\nbatch to 9")
    seen = gauge(FolderPlace(tmp_path, tmp_path), log)
    seen.read_log()
    log.write_text(log.read_text() + "0: 10 ok in 0.5 s, 20 pictures/s\n")
    seen.read_log()
    assert seen.batches == [(40, 2.5), (10, 0.5)]
