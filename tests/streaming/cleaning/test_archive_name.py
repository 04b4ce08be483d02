from dataclasses import replace

import pytest

from streaming.cleaning.archive_name import archive_name
from streaming.cleaning.way import FinishedRow
from tests.streaming.landing.fakes import NOW

ROW = FinishedRow("s3://b/in/Kiwi/a.jpg", "A", 1, NOW, 9, 7, "hash")


def test_a_name_tells_path_and_version() -> None:
    assert archive_name(ROW, "Kiwi/a.jpg", "lake").startswith("Kiwi/a.7-")
    assert archive_name(ROW, "Kiwi/a.jpg", "lake").endswith(".jpg")
    assert archive_name(ROW, "Kiwi/a.jpg", "lake") == archive_name(replace(ROW, seq=12), "Kiwi/a.jpg", "lake")


def test_names_of_two_versions_two_contents_and_two_lakes_differ() -> None:
    rows = [ROW, replace(ROW, version=8), replace(ROW, etag="B"), replace(ROW, path="s3://b/in/Kiwi/b.jpg")]
    names = {archive_name(row, "a.jpg", lake) for row in rows for lake in ("one", "two")}
    assert len(names) == 8


@pytest.mark.parametrize("name", ["é" * 127, f"{'é' * 125}.jpg", f"a.{'x' * 200}", ".jpg", "a", "a.", "..", "日" * 85])
def test_odd_names_stay_short_enough_and_are_text(name: str) -> None:
    made = archive_name(ROW, f"x//{name}", "lake")
    assert made.startswith("x//")
    assert len(made.removeprefix("x//").encode()) <= 240
    assert "/" not in made.removeprefix("x//")
    assert made.removeprefix("x//") not in (".", "..")
