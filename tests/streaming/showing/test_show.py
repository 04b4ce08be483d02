"""`verger show`: what is known of one picture, and which one is meant."""

import json
import shutil
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from batch.snapshot import Snapshot
from conf.errors import UserError
from conf.lake import Lake
from conf.settings import Settings
from streaming.landing.ledger import Draft, Ledger
from streaming.reading.current_pictures import CurrentPictures
from streaming.showing.facts import Facts, read_facts
from streaming.showing.neighbours import nearest
from streaming.showing.show import print_facts
from tests.batch.lakes import Row, append, pictures
from tests.batch.refits import publish_night
from tests.streaming.landing.fakes import NOW, new_lake

LANDING = "/orchard"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Twelve pictures and a refit; then the first is overwritten by a rejected one, the third by one that waits."""
    lake = new_lake(tmp_path_factory.mktemp("made"))
    rows = [Row(row.seq, row.features, f"file://{LANDING}/{row.label}/{row.seq}.jpg") for row in pictures(12)]
    ledger = Ledger(lake)
    ledger.append([Draft(row.path, "A", 1, NOW, None) for row in rows])
    append(lake, rows)
    publish_night(Snapshot.take(lake), 0)
    ledger.append([Draft(rows[i].path, "B", 1, NOW, i + 1) for i in (0, 2)])
    append(lake, [Row(13, path=rows[0].path, status="rejected", error_code="truncated")])
    return lake


@pytest.fixture
def lake(made: Lake, tmp_path: Path) -> Lake:
    """A copy of it."""
    return Lake(str(shutil.copytree(made.root, tmp_path / "lake")))


def facts(lake: Lake, asked: str, neighbours: int = 5) -> Facts:
    return read_facts(Settings(lake=lake.root, landing=LANDING), asked, neighbours)


def printed(found: Facts) -> str:
    print_facts(found, Console(file=(out := StringIO()), width=40), as_json=False)
    return out.getvalue()


@pytest.mark.parametrize(
    "asked",
    ["Lemon/2.jpg", "file:///orchard/Lemon/2.jpg", "file:/orchard/Lemon/%32.jpg", "/orchard/Lemon/2.jpg", "2.jpg"],
)
def test_a_picture_is_known_by_each_of_its_names(lake: Lake, asked: str) -> None:
    append(lake, [Row(14, np.ones(1280, np.float32), path="file:///orchard/Lemon/12.jpg")])
    assert facts(lake, asked, 0).path == "file:///orchard/Lemon/2.jpg"


def test_an_unknown_picture_gets_the_closest_ones_named(lake: Lake) -> None:
    with pytest.raises(UserError, match=r"no picture Lemmon/4\.jpg was ever .*: file:///orchard/Lemon/4\.jpg"):
        facts(lake, "Lemmon/4.jpg")


def test_an_ending_of_several_pictures_is_refused(lake: Lake) -> None:
    Ledger(lake).append([Draft("file:///orchard/Kiwi/2.jpg", "A", 1, NOW, None)])
    with pytest.raises(UserError, match=r"2 pictures end with /2\.jpg: .*Kiwi/2\.jpg, .*Lemon/2\.jpg"):
        facts(lake, "2.jpg")


def test_no_lake_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no lake at"):
        facts(Lake(str(tmp_path / "none")), "x.jpg")


def test_versions_rows_coordinates_and_neighbours_are_told(lake: Lake) -> None:
    found = facts(lake, "Lemon/2.jpg")
    assert (found.state, found.current, len(found.announcements), len(found.rows)) == ("ok", 2, 1, 1)
    assert found.pca is not None
    assert len(found.pca) == 2
    assert len(found.neighbours) == 5
    assert found.path not in {near.path for near in found.neighbours}
    text = printed(found)
    assert f"in refit {found.refit_id}" in text.replace("\n", " ")
    assert "announcement 2" in text
    assert max(map(len, text.splitlines())) <= 10_000


def test_a_rejected_version_says_why_and_has_no_neighbours(lake: Lake) -> None:
    found = facts(lake, "Kiwi/1.jpg")
    assert (found.state, found.current, found.neighbours) == ("rejected", 13, [])
    assert [a["supersedes"] for a in found.announcements] == [None, 1]
    assert "truncated" in printed(found)
    assert "version 13 after 1" in printed(found)


def test_a_version_without_a_row_waits_and_the_one_before_counts(lake: Lake) -> None:
    found = facts(lake, "Kiwi/3.jpg")
    assert (found.state, found.current) == ("waiting", 3)
    assert "no row yet" in printed(found)


def test_json_has_all_of_it(lake: Lake) -> None:
    print_facts(facts(lake, "Lemon/2.jpg"), Console(file=(out := StringIO())), as_json=True)
    told = json.loads(out.getvalue())
    assert (told["state"], told["rows"][0]["seq"], len(told["neighbours"])) == ("ok", 2, 5)
    assert "features" not in told["rows"][0]


def test_neighbours_are_those_of_the_whole_matrix(tmp_path: Path) -> None:
    append(lake := new_lake(tmp_path), rows := pictures(1_100))  # more than two batches
    matrix = np.stack([row.features for row in rows if row.features is not None]).astype(np.float64)
    cosines = matrix @ matrix[7] / np.linalg.norm(matrix, axis=1) / np.linalg.norm(matrix[7])
    expected = [rows[i].path for i in np.argsort(-cosines) if i != 7][:4]
    found = nearest(CurrentPictures.of(lake), matrix[7].astype(np.float32), rows[7].path, 4)
    assert [near.path for near in found] == expected
    assert found[0].cosine == pytest.approx(sorted(cosines)[-2], abs=1e-6)
