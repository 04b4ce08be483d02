"""The model itself: what it takes, refuses and makes of places."""

import os
import pickle
from pathlib import Path

import pytest
from pydantic import ValidationError

from conf.settings import Settings


def test_every_setting_has_a_description() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        Settings().cores = 3  # type: ignore[misc]


def test_settings_made_directly_read_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERGER_CORES", "3")
    assert Settings().cores == 0


def test_settings_survive_pickling() -> None:
    settings = Settings(cores=3)
    assert pickle.loads(pickle.dumps(settings)) == settings


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("pictures/", "{cwd}/pictures"),
        ("a//b/./c", "{cwd}/a/b/c"),
        ("~/pictures", "{home}/pictures"),
        ("file:///data/a%20b", "/data/a%20b"),
        ("file:/data/x/", "/data/x"),
        ("FILE://localhost/data", "/data"),
        ("s3://b", "s3://b/"),
        ("S3://b/Prefix", "s3://b/Prefix/"),
        ("s3://b/a//", "s3://b/a//"),
        ("s3/x", "{cwd}/s3/x"),
        ("./s3:x", "{cwd}/s3:x"),
        ("s3.x:y", "{cwd}/s3.x:y"),
    ],
)
def test_landing_has_one_spelling(given: str, stored: str) -> None:
    expected = stored.format(cwd=Path.cwd(), home=os.path.expanduser("~"))
    assert Settings(landing=given).landing == expected


def test_dots_behind_a_link_lead_where_the_link_leads(tmp_path: Path) -> None:
    (tmp_path / "far" / "away").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "far" / "away")
    assert Settings(landing=f"{tmp_path}/link/../x").landing == f"{tmp_path.resolve()}/far/x"


def test_lake_in_s3_loses_its_last_slash() -> None:
    assert Settings(lake="s3://b/lake/").lake == "s3://b/lake"


@pytest.mark.parametrize(
    ("landing", "lake"),
    [
        ("data", "data"),
        ("data", "data/lake"),
        ("data/landing", "data"),
        ("data", "other/../data/x"),
        ("file:///data", "/data/lake"),
        ("s3://b/a", "s3://b/a/"),
        ("s3://b/a", "s3://b/a/lake"),
        ("s3://b/a/b", "s3://b"),
    ],
)
def test_landing_and_lake_inside_each_other_are_refused(landing: str, lake: str) -> None:
    with pytest.raises(ValidationError, match="inside the other"):
        Settings(landing=landing, lake=lake)


@pytest.mark.parametrize(
    ("landing", "lake"),
    [
        ("s3://b/a", "s3://b/ab"),
        ("s3://b/a", "s3://b/A/x"),
        ("s3://b/a", "s3://c/a"),
        ("s3://b/a", "/a"),
        ("/data/a", "/data/ab"),
    ],
)
def test_landing_and_lake_side_by_side_are_taken(landing: str, lake: str) -> None:
    assert Settings(landing=landing, lake=lake)


def test_a_link_into_the_lake_is_inside_the_lake(tmp_path: Path) -> None:
    (tmp_path / "lake" / "x").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "lake" / "x")
    with pytest.raises(ValidationError, match="inside the other"):
        Settings(landing=str(tmp_path / "link"), lake=str(tmp_path / "lake"))


@pytest.mark.parametrize("name", ["a%20b", "a#1", "a?", "a[1]", "a\tb"])
def test_a_lake_that_the_writer_of_the_tables_garbles_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="must not contain"):
        Settings(landing="/landing", lake=f"/lakes/{name}")


@pytest.mark.parametrize("name", ["a b", "é", "a+b", "a*", "a'b"])
def test_other_odd_names_of_a_lake_are_taken(name: str) -> None:
    assert Settings(landing="/landing", lake=f"/lakes/{name}").lake == f"/lakes/{name}"
