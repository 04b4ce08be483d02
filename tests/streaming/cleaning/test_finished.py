"""Which rows are finished with: by the words of the definition, one row after the other."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streaming.cleaning import finished
from streaming.cleaning.finished import Finished
from streaming.landing.ledger import Draft, Ledger
from tests.streaming.cleaning.orchard import MONTH_AGO
from tests.streaming.landing.fakes import NOW, new_lake, write_features

CUTOFF = MONTH_AGO + timedelta(days=1)
READ = {"content_hash": "abc", "featurized_at": MONTH_AGO}
OUTCOMES: dict[str, dict[str, object]] = {
    "ok": READ,
    "truncated": {**READ, "status": "rejected", "error_code": "truncated"},
    "empty": {**READ, "status": "rejected", "error_code": "empty"},
    "not_an_image": {**READ, "status": "rejected", "error_code": "not_an_image"},
    "frames": {**READ, "status": "rejected", "error_code": "too_large"},
    "too_many_pixels": {**READ, "status": "rejected", "error_code": "too_many_pixels"},
    "unsupported": {**READ, "status": "rejected", "error_code": "unsupported"},
    "slow": {**READ, "status": "rejected", "error_code": "timeout"},
    "crashed": {**READ, "status": "rejected", "error_code": "crashed"},
    "bad_output": {**READ, "status": "rejected", "error_code": "bad_output"},
    "deferred": {"featurized_at": MONTH_AGO, "status": "deferred", "error_code": "timeout"},
    "timeout": {"featurized_at": MONTH_AGO, "status": "rejected", "error_code": "timeout"},
    "too_large": {"featurized_at": MONTH_AGO, "status": "rejected", "error_code": "too_large"},
    "changed": {"featurized_at": MONTH_AGO, "status": "rejected", "error_code": "changed"},
    "young": {**READ, "featurized_at": CUTOFF + timedelta(seconds=1)},
}
CLEANED = ("ok", "truncated", "empty", "not_an_image")


def draft(path: str, supersedes: int | None = None, version: int | None = None) -> Draft:
    return Draft(f"file:///{path}", "A", 1, NOW, supersedes, version, reason="new" if version is None else "replay")


@pytest.mark.parametrize(("outcome", "clean"), [(name, name in CLEANED) for name in OUTCOMES])
def test_only_what_was_read_and_is_old_is_finished_with(tmp_path: Path, outcome: str, clean: bool) -> None:
    lake = new_lake(tmp_path)
    Ledger(lake).append([draft("a")])
    write_features(lake, [{"seq": 1, **OUTCOMES[outcome]}])
    window = Finished(lake).window(0, CUTOFF)
    assert [row.seq for row in window.rows] == [1] * clean
    assert window.upto == (0 if outcome == "young" else 1)
    assert (window.next_at is not None) == (outcome == "young")


def test_a_young_row_holds_up_those_behind_it(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    Ledger(lake).append([draft(name) for name in "abc"])
    write_features(lake, [{"seq": 1, **READ}, {"seq": 2, **OUTCOMES["young"]}, {"seq": 3, **READ}])
    window = Finished(lake).window(0, CUTOFF)
    assert ([row.seq for row in window.rows], window.upto) == ([1], 1)
    assert window.next_at == CUTOFF + timedelta(seconds=1)


def test_an_announcement_without_a_row_protects_its_version_and_the_one_before(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    ledger = Ledger(lake)
    ledger.append([draft(name) for name in "abc"])
    write_features(lake, [{"seq": seq, **READ} for seq in (1, 2, 3)])
    found = Finished(lake)
    ledger.append([draft("a", version=1), draft("b", supersedes=2)])  # after the features were read
    assert [row.seq for row in found.window(0, CUTOFF).rows] == [3]
    write_features(lake, [{"seq": 4, "version": 1, **READ}, {"seq": 5, **READ}])
    assert [row.seq for row in Finished(lake).window(0, CUTOFF).rows] == [3, 4, 5]


def test_rows_by_number_come_with_the_verdict(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    Ledger(lake).append([draft(name) for name in "abc"])
    write_features(lake, [{"seq": 1, **READ}, {"seq": 2, **OUTCOMES["timeout"]}, {"seq": 3, **OUTCOMES["young"]}])
    assert [(row.seq, row.clean) for row in Finished(lake).these({1, 2, 3})] == [(1, True), (2, False), (3, True)]
    assert Finished(lake).these(set()) == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_windows_tell_what_the_definition_tells(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    lake = new_lake(tmp_path_factory.mktemp("lake"))
    ledger, drafts, last = Ledger(lake), list[Draft](), dict[str, int]()
    for seq in range(1, data.draw(st.integers(1, 12)) + 1):
        path = data.draw(st.sampled_from("abc"))
        if path in last and data.draw(st.booleans()):
            drafts.append(draft(path, version=last[path]))
        else:
            drafts.append(draft(path, supersedes=last.get(path)))
            last[path] = seq
    ledger.append(drafts)
    versions = [d.version or seq for seq, d in enumerate(drafts, 1)]
    outcomes = [data.draw(st.sampled_from([n for n in OUTCOMES if n != "young"])) for _ in drafts]
    committed = data.draw(st.integers(0, len(drafts)))
    rows = [{"seq": s, "version": v, **OUTCOMES[o]} for s, v, o in zip(range(1, 99), versions, outcomes, strict=False)]
    write_features(lake, rows[:committed])
    expected = [
        seq
        for seq in range(1, committed + 1)
        if outcomes[seq - 1] in CLEANED
        and versions[seq - 1] not in versions[seq:]
        and versions[seq - 1] not in [d.supersedes for d in drafts]
    ]
    got, upto = list[int](), 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finished, "WINDOW", 5)
        table = Finished(lake)
        while (window := table.window(upto, CUTOFF)).upto > upto:
            got, upto = got + [row.seq for row in window.rows], window.upto
    assert (got, upto) == (expected, committed)
