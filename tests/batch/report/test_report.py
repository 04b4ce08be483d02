"""What a report page is made of."""

import hashlib
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from batch.report.neighbours import nearest
from batch.report.nights import nights, refits
from batch.report.points import Points
from batch.report.rejected import rejected
from batch.report.run import run_report
from batch.report.small import none, small_pictures
from batch.snapshot import Snapshot
from conf.errors import SentenceError
from conf.settings import Settings
from streaming.stores.folder_reading import etag_of
from streaming.thumbnails import Thumbnails
from tests.batch.lakes import append, pictures
from tests.batch.report.drawing import publish_one
from tests.fruits_drawn import drawn_lake
from tests.streaming.landing.fakes import new_lake

NOTHING = np.array([], np.int64)


def test_neighbours_are_those_with_the_greatest_cosine() -> None:
    rows = np.random.default_rng(0).normal(size=(2300, 16)).astype(np.float32)
    rows[7] = 3 * rows[1500]  # the same direction
    found = nearest(rows, np.arange(2300) + 10, 5)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    for row in (0, 7, 1500, 2299):
        cosines = unit @ unit[row]
        cosines[row] = -2
        expected = np.argsort(-cosines)[:5]
        assert found.nearest[row].tolist() == (expected + 10).tolist()
        assert np.allclose(found.cosines[row], cosines[expected], atol=1e-5)
    assert found.nearest[7][0] == 1510
    assert nearest(rows[:1], np.array([4])).nearest.shape == (0, 0)


def test_points_are_a_sample_by_label_without_what_is_forgotten(tmp_path: Path) -> None:
    append(lake := new_lake(tmp_path), pictures(90, labels=("Kiwi", "Kiwi", "Lemon")))
    refit_id = publish_one(lake)
    points = Points.read(lake, refit_id, np.array([1, 2]), limit=30)
    assert points is not None
    assert (points.n, len(points.paths), points.values.shape) == (88, 29, (29, 3))
    assert 18 <= points.labels.count("Kiwi") <= 21
    assert not {1, 2} & set(points.seqs.tolist())
    assert all(f"/{seq}.jpg" in path for seq, path in zip(points.seqs, points.paths, strict=True))
    assert Points.read(lake, "another", NOTHING) is None


def test_thumbnails_are_of_exactly_the_version_in_the_row(tmp_path: Path) -> None:
    lake = drawn_lake(tmp_path)
    refit_id = publish_one(lake)
    for name, seq in (("Kiwi", 0), ("Lemon", 1)):  # overwritten, and gone
        file = tmp_path / "landing" / name / f"{seq}.png"
        content = file.read_bytes()
        file.unlink()
        if name == "Kiwi":
            file.write_bytes(content + b"x")
    points = Points.read(lake, refit_id, NOTHING)
    assert points is not None
    found = small_pictures(Snapshot.take(lake), points, Thumbnails(Settings(lake=lake.root)), 100)
    assert {int(points.seqs[i]) for i in found} == set(points.seqs.tolist()) - {1, 2}
    assert all(picture[8:12] == b"WEBP" and len(picture) < 3000 for picture in found.values())
    assert len(small_pictures(Snapshot.take(lake), points, Thumbnails(Settings(lake=lake.root)), 5)) <= 5
    assert small_pictures(Snapshot.take(lake), points, none, 100) == {}


def test_bytes_that_are_not_those_of_the_row_are_not_decoded(tmp_path: Path) -> None:
    drawn_lake(tmp_path)
    file = tmp_path / "landing" / "Kiwi" / "0.png"
    path, etag, digest = f"file://{file}", etag_of(file.stat()), hashlib.sha256(file.read_bytes()).hexdigest()
    (picture,) = Thumbnails(Settings())([(path, etag, digest)])
    assert picture is not None
    assert Thumbnails(Settings())([(path, etag, "0" * 64)]) == [None]


def test_rejected_ones_are_those_of_that_night(tmp_path: Path) -> None:
    snapshot = Snapshot.take(drawn_lake(tmp_path))
    found = rejected(snapshot, snapshot.rows(), 24)
    assert found["total"] == 4
    assert [(code["code"], code["count"]) for code in found["codes"]] == [("truncated", 2), ("empty", 2)]
    assert [row["path"].rsplit("/", 1)[-1] for row in found["rows"]] == ["23.png", "17.png", "11.png", "5.png"]
    assert rejected(snapshot, snapshot.rows(), 12)["total"] == 2


def test_of_earlier_refits_only_the_latest_are_read_and_only_the_last_twos_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("batch.report.nights.NIGHTS", 3)
    append(lake := new_lake(tmp_path), pictures(10))
    assert refits(lake, "m") == []
    ids = [publish_one(lake, night, model) for night, model in enumerate("mmnmmn")]
    rows = refits(lake, "m")
    assert [row["refit_id"] for row in rows] == [ids[1], ids[3], ids[4]]
    counts = [dict(row["drift"].get("counts_by_label", {})) for row in rows]
    assert counts == [{}, {"Kiwi": 5, "Lemon": 5}, {"Kiwi": 5, "Lemon": 5}]
    assert [row["refit_id"] for row in refits(lake, "m", ids[3])] == [ids[0], ids[1], ids[3]]
    shown = nights(rows)
    assert [night["at"][:10] for night in shown] == ["2026-01-03", "2026-01-05", "2026-01-06"]
    assert all(night["angle"] > 0 and night["shift"] > 0 and night["warnings"] == [] for night in shown)


def test_the_command_writes_one_file_and_says_what_is_missing(tmp_path: Path) -> None:
    lake = drawn_lake(tmp_path)
    settings, output = Settings(lake=lake.root), StringIO()
    console = Console(file=output)
    with pytest.raises(SentenceError, match=r"there is no refit in .* yet: run `verger refit` first"):
        run_report(settings, console, none, None, None)
    first = publish_one(lake)
    second = publish_one(lake, 1)
    run_report(settings, console, none, None, None)
    assert "Principal components" in (Path(lake.root) / "reports" / second / "index.html").read_text()
    run_report(settings, console, none, first, str(tmp_path / "page.html"))
    assert first in (tmp_path / "page.html").read_text()
    assert "page.html" in output.getvalue()
    with pytest.raises(SentenceError, match=f"there is no refit x in .*; the latest are {second}, {first}"):
        run_report(settings, console, none, "x", None)
