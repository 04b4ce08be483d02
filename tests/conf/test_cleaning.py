"""What is set about cleaning fits together, or is refused in a sentence."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from conf.errors import SettingsError
from conf.load import load_settings
from conf.settings import Settings

S3 = {"landing": "s3://b/in", "lake": "s3://b/lake"}
FOLDERS = {"landing": "/data/in", "lake": "/data/lake"}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"clean_source": "delete", **FOLDERS},
        {"clean_source": "off", "clean_to": "/data/in/x", **FOLDERS},  # of no account while it is off
        {"clean_source": "move", "clean_to": "/data/done", **FOLDERS},
        {"clean_source": "move", "clean_to": "s3://b/in2", **S3},
        {"clean_source": "tag", **S3},
    ],
)
def test_what_fits_is_taken(given: dict[str, str]) -> None:
    assert Settings(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"clean_source": "move", **FOLDERS}, "'move' needs clean_to: set it to a folder"),
        ({"clean_source": "delete", "clean_to": "/done", **FOLDERS}, "'delete' moves none: set clean_source to move"),
        ({"clean_source": "tag", "clean_to": "s3://b/done", **S3}, "'tag' moves none: set clean_source to move"),
        ({"clean_source": "tag", **FOLDERS}, "'tag' needs a landing in S3, and landing = '/data/in' is a folder"),
        ({"clean_source": "move", "clean_to": "s3://b/done", **FOLDERS}, "must both be folders or both be in S3"),
        ({"clean_source": "move", "clean_to": "/data/in/done", **FOLDERS}, "clean_to = '/data/in/done' and landing"),
        ({"clean_source": "move", "clean_to": "/data", **FOLDERS}, "one is inside the other"),
        ({"clean_source": "move", "clean_to": "/data/lake", **FOLDERS}, "and lake = '/data/lake'"),
        ({"clean_source": "move", "clean_to": "s3://b/in/done/", **S3}, "one is inside the other"),
        ({"clean_source": "move", "clean_to": "s3://b/", **S3}, "one is inside the other"),
        ({"clean_source": "move", "clean_to": "hdfs://x/y", **S3}, "not supported"),
        ({"clean_source": "burn"}, "'off', 'move', 'delete' or 'tag'"),
        ({"clean_after_h": -1}, "greater than or equal to 0"),
    ],
)
def test_what_does_not_fit_is_refused(given: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Settings(**given)  # type: ignore[arg-type]


def test_a_link_into_the_landing_is_inside_the_landing(tmp_path: Path) -> None:
    (tmp_path / "landing" / "x").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "landing" / "x")
    with pytest.raises(ValidationError, match="inside"):
        Settings(
            clean_source="move",
            clean_to=str(tmp_path / "link"),
            landing=str(tmp_path / "landing"),
            lake=str(tmp_path / "lake"),
        )


def test_a_user_reads_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "VERGER_CLEAN_SOURCE", "move")
    with pytest.raises(SettingsError, match=r"needs clean_to: set it to a folder or s3://bucket/prefix/\.?$"):
        load_settings()
