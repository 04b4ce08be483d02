"""What is forgotten is nowhere in the two tables, not even in their past; and all else goes on as it was."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import CommitProperties, DeltaTable, Transaction

from batch.folding import Folding
from batch.selection import select
from batch.snapshot import Snapshot
from batch.state import State
from conf.lake import Lake, max_seq, row_count
from conf.locks import lock_lake
from conf.settings import Settings
from schemas.errors import FORGOTTEN
from schemas.features import FEATURES
from schemas.ledger import LEDGER
from streaming.lake import prepare
from streaming.landing.ledger import Ledger
from streaming.requests import forget_run, forgetting
from streaming.requests.box import drop
from streaming.requests.forget_run import forget_waiting
from streaming.requests.request import Forget
from streaming.status import read_status
from tests.batch.lakes import no_spark, vectors
from tests.batch.running import held
from tests.streaming.landing.fakes import NOW, write_features
from tests.streaming.requests.orchard import Orchard

BLANK = {
    "label": "", "etag": "", "size": 0, "status": "rejected", "error_code": "forgotten", "error_detail": None,
    "features": None, "width": None, "height": None, "format": None, "content_hash": None,
}  # fmt: skip


@pytest.fixture
def orchard(tmp_path: Path) -> Orchard:
    """Announcements 1 to 8; of SECRET are 2, 3 (its overwrite), 5 (deferred), 8 (without a row)."""
    orchard = Orchard(tmp_path)
    orchard.announce("Kiwi/a.jpg", "SECRET/x.jpg")
    orchard.announce("SECRET/x.jpg", etag="B", supersedes=2)
    orchard.announce("Kiwi/b.jpg", "SECRET/slow.jpg", "Kiwi/slow.jpg", "Kiwi/cut.jpg", "SECRET/late.jpg")
    orchard.feature("ok", "ok", content_hash="HASH")
    orchard.feature("ok", "ok", "deferred", "deferred", "truncated")
    return orchard


def forget(orchard: Orchard, *, upto: int = 8, path: str = "*/SECRET/*", landing: str = "landing") -> list[str]:
    """As the start of a stream does it; returns what it says."""
    drop(orchard.box, Forget(upto=upto, path=path))
    said: list[str] = []
    settings = Settings(landing=str(orchard.folder / landing), lake=orchard.lake.root)
    with lock_lake(orchard.lake, "stream") as hold:
        forget_waiting(settings, hold, said.append)
    return said


def texts(lake: Lake) -> Iterator[str]:
    """All that any file of the two tables says, whether the latest version needs it or not."""
    for table in (FEATURES, LEDGER):
        for file in Path(lake.uri(table.name)).rglob("*"):
            if file.is_file():
                yield file.name
                yield str(pq.ParquetFile(file).read().to_pylist()) if file.suffix == ".parquet" else file.read_text()
                yield str(pq.ParquetFile(file).metadata.to_dict()) if file.suffix == ".parquet" else ""


def test_nothing_is_left_of_it_in_any_file(orchard: Orchard) -> None:
    (file,) = list(Path(orchard.lake.uri("features")).glob("*.parquet"))[:1]
    shutil.copy(file, file.with_name("part-left-by-a-kill.parquet"))
    assert any("SECRET" in text for text in texts(orchard.lake))
    assert "4 announcements are blanked" in forget(orchard)[0]
    assert not [text[:300] for text in texts(orchard.lake) if "SECRET" in text]
    assert orchard.box.ids() == []


def test_its_rows_stay_blank_and_the_others_as_they_were(orchard: Orchard) -> None:
    before, announced = orchard.rows(), orchard.ledger()
    forget(orchard)
    for was, row in zip(before, orchard.rows(), strict=True):
        assert row == (was if row["seq"] not in (2, 3, 5) else was | blank(row["seq"]) | BLANK)
    for was, row in zip(announced, orchard.ledger(), strict=True):
        fields = blank(row["seq"]) | {"etag": "", "size": 0}
        assert row == (was if row["seq"] not in (2, 3, 5, 8) else was | fields)


def blank(seq: int) -> dict[str, Any]:
    from datetime import datetime, timezone

    return {"path": f"{FORGOTTEN}{seq}", "modified": datetime.fromtimestamp(0, timezone.utc)}


def test_the_law_holds_and_the_tables_go_on(orchard: Orchard) -> None:
    DeltaTable(orchard.lake.uri("features")).alter.set_table_properties({"delta.checkpointInterval": "100"})
    write_features(orchard.lake, [])
    table = DeltaTable(orchard.lake.uri("features"))
    app = CommitProperties(app_transactions=[Transaction("lake", 7)])
    table.alter.set_table_properties({"a": "b"}, raise_if_not_exists=False, commit_properties=app)
    ledger = Ledger(orchard.lake)
    ledger.mark_reconciled(NOW)
    identity = prepare(orchard.lake)
    forget(orchard)
    assert prepare(orchard.lake) == identity
    for schema, count in ((FEATURES, 7), (LEDGER, 8)):
        table = DeltaTable(orchard.lake.uri(schema.name))
        assert (row_count(table), max_seq(table)) == (count, count)
        kinds = {pq.read_schema(uri.removeprefix("file://")).field("path").type for uri in table.file_uris()}
        assert kinds == {pa.string()}  # others, such as string views, can't be compared by all readers
    assert DeltaTable(orchard.lake.uri("features")).transaction_version("lake") == 7
    assert Ledger(orchard.lake).reconciled_at() == NOW
    status = read_status(orchard.lake)
    assert status.law_holds
    assert (status.versions, status.ok, status.rejected) == (8, 2, {"forgotten": 3, "truncated": 1})
    assert (status.pending, status.deferred) == (2, 1)
    orchard.feature("forgotten")
    orchard.announce("Kiwi/next.jpg")
    orchard.feature("ok")
    assert read_status(orchard.lake).law_holds


def test_what_is_known_and_what_is_tried_again_leave_it_out(orchard: Orchard) -> None:
    forget(orchard)
    announcer = orchard.announcer()
    assert [d.path for *_, d in announcer._retries._waiting] == [orchard.uri("Kiwi/slow.jpg")]
    known = announcer.known.look_up([orchard.uri(n) for n in ("Kiwi/a.jpg", "SECRET/x.jpg")], ["A-Kiwi/a.jpg", "B"])
    assert known == [None, 0]  # 0: as if it had never been there
    drop(orchard.box, orchard.ask(everything=True))
    for _ in range(2):
        orchard.announcer().tick()
    assert not [row for row in orchard.ledger() if row["reason"] == "replay" and FORGOTTEN in row["path"]]


def test_what_came_later_is_not_meant(orchard: Orchard) -> None:
    forget(orchard, upto=2)
    assert [row["seq"] for row in orchard.ledger() if row["path"].startswith(FORGOTTEN)] == [2]


@pytest.mark.parametrize("broken", ["blank features", "blank ledger", "purge features", "purge ledger", "remove"])
def test_killed_anywhere_it_ends_the_same(orchard: Orchard, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class KilledError(BaseException):
        pass

    def killed(*_: object) -> None:
        raise KilledError

    what, _, which = broken.partition(" ")
    with monkeypatch.context() as patch:
        if what == "remove":
            patch.setattr(type(orchard.box), "remove", killed)
        else:
            name = {"blank": "_overwrite", "purge": "_purge"}[what]
            real, calls = getattr(forgetting.Forgetting, name), [0]

            def one_of_two(*args: Any) -> None:
                calls[0] += 1
                if calls[0] == (1 if which == "features" else 2):
                    killed()
                real(*args)

            patch.setattr(forgetting.Forgetting, name, one_of_two)
        with pytest.raises(KilledError):
            forget(orchard)
    assert prepare(orchard.lake)
    assert read_status(orchard.lake).law_holds
    forget(orchard)
    assert not [text[:300] for text in texts(orchard.lake) if "SECRET" in text]
    assert (len(orchard.rows()), len(orchard.ledger()), orchard.box.ids()) == (7, 8, [])


def test_many_are_blanked_a_window_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "WINDOW", 7)
    orchard = Orchard(tmp_path)
    orchard.announce(*(f"{'SECRET' if n % 2 else 'Kiwi'}/{n}.jpg" for n in range(50)))
    orchard.feature(*["ok"] * 50)
    assert "25 announcements" in forget(orchard, upto=50)[0]
    assert [row["features"] is None for row in orchard.rows()] == [False, True] * 25
    assert not any("SECRET" in text for text in texts(orchard.lake))
    assert len(Snapshot.take(orchard.lake).rows()) == 50


def test_while_its_file_is_there_it_waits(orchard: Orchard, monkeypatch: pytest.MonkeyPatch) -> None:
    from streaming.stores.folder import FolderStore
    from streaming.stores.store import Listed

    monkeypatch.setattr(
        FolderStore, "list", lambda _: iter([Listed(orchard.uri("SECRET/x.jpg"), "B-SECRET/x.jpg", 7, NOW)])
    )
    (said,) = forget(orchard)
    assert "waits: still in the landing" in said
    assert orchard.uri("SECRET/x.jpg") in said
    assert any("SECRET" in row["path"] for row in orchard.ledger())
    assert any("forget path" in problem for problem in read_status(orchard.lake).problems)
    monkeypatch.setattr(FolderStore, "list", lambda _: iter([Listed(orchard.uri("SECRET/x.jpg"), "C", 7, NOW)]))
    assert "4 announcements" in forget(orchard)[0]  # another picture by that name, which came since


def test_at_the_start_of_a_stream_on_another_landing_it_waits(orchard: Orchard) -> None:
    (orchard.folder / "landing2").mkdir()
    (said,) = forget(orchard, landing="landing2")
    assert f"forget path */SECRET/* waits: {orchard.uri('SECRET/x.jpg')} is not in landing = " in said
    assert len(orchard.box.ids()) == 1
    assert any("SECRET" in row["path"] for row in orchard.ledger())


def test_a_file_that_a_killed_cleaning_set_aside_is_still_there(orchard: Orchard) -> None:
    aside = orchard.folder / "landing" / ".verger-clean"
    aside.mkdir()
    (aside / f"{prepare(orchard.lake)}_2_abc").write_bytes(b"x")
    assert ".verger-clean" in forget(orchard)[0]


def test_while_a_refit_reads_it_waits(orchard: Orchard) -> None:
    with lock_lake(orchard.lake, "refit"):
        assert "what is to be forgotten waits: another refit works on" in forget(orchard)[0]
    assert len(orchard.box.ids()) == 1


def test_while_a_source_still_writes_it_waits(orchard: Orchard, monkeypatch: pytest.MonkeyPatch) -> None:
    from conf.locks import lock_file

    monkeypatch.setattr(forget_run, "WAIT_S", 0.1)
    with lock_file(orchard.lake.beside("ledger.lock"), 0, "process 7"):
        assert forget(orchard) == ["what is to be forgotten waits: process 7 still writes the ledger"]


def test_the_next_refit_sees_that_its_moments_do_not_fit(tmp_path: Path) -> None:
    orchard = Orchard(tmp_path)
    orchard.announce(*(f"{'SECRET' if n == 3 else 'Kiwi'}/{n}.jpg" for n in range(30)))
    for features in vectors(30):
        orchard.feature("ok", features=features.tolist())
    fold(orchard.lake).write(orchard.lake, held)
    forget(orchard, upto=30)
    snapshot = Snapshot.take(orchard.lake)
    selection = select(snapshot, "m")
    folded = Folding(snapshot, selection, no_spark).fold(full=False, full_every=0)
    assert folded.why == "the state does not fit: it holds 30 pictures, the table had 29 then"
    kept = np.delete(vectors(30), 3, axis=0).astype(np.float64)
    np.testing.assert_allclose(folded.gathered.moments.mean, kept.mean(axis=0), rtol=1e-6)


def fold(lake: Lake) -> State:
    snapshot = Snapshot.take(lake)
    selection = select(snapshot, "m")
    folded = Folding(snapshot, selection, no_spark).fold(full=True, full_every=0)
    return State(
        lake_id=snapshot.lake_id,
        model_id="m",
        last_seq=snapshot.last_seq,
        features_version=snapshot.version,
        gathered=folded.gathered,
        rows_digest=selection.digest(selection.chosen),
        since_full=0,
        computed_at=NOW,
    )
