"""What there is no PCA of is told in a sentence, before Spark starts and before anything is written."""

from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from batch.errors import RefitError
from batch.run import run_refit
from conf.errors import FailedError, SettingsError, UserError
from conf.lake import Lake, LakeError
from conf.settings import Settings
from tests.batch.lakes import Row, append, pictures, vectors
from tests.streaming.landing.fakes import new_lake
from tests.test_verger import verger

NAN = np.full(1280, np.nan, np.float32)


def there(lake: Lake) -> set[str]:
    """All files and folders of the lake; a lock is no data."""
    return {str(path) for path in Path(lake.root).rglob("*") if path.name != "refit.lock"}


def refused(lake: Lake, error: type[Exception], **settings: Any) -> str:
    """What a refit of this lake says: one sentence; it started no Spark and wrote nothing."""
    before, console = there(lake), Console(file=StringIO(), width=200)
    with pytest.raises(error) as raised:
        run_refit(Settings(lake=lake.root, **settings), console, full=False)
    assert isinstance(raised.value, (UserError, FailedError))  # no traceback reaches the user
    assert there(lake) == before
    assert isinstance(console.file, StringIO)
    assert "Spark" not in console.file.getvalue()
    sentence = str(raised.value)
    assert "\n" not in sentence
    assert "Spark's log" not in sentence
    return sentence


def lake_of(folder: Path, *rows: Row) -> Lake:
    append(lake := new_lake(folder), rows)
    return lake


def test_no_lake_is_said_and_none_is_made(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "nowhere"))
    assert refused(lake, RefitError) == f"there is no table of features in {lake.root}: run `verger stream` first"
    assert not (tmp_path / "nowhere").exists()


def test_a_lake_without_tables_is_said(tmp_path: Path) -> None:
    assert refused(Lake(str(tmp_path)), RefitError).startswith("there is no table of features in ")
    assert list(tmp_path.iterdir()) == []


def test_a_table_without_rows_is_said(tmp_path: Path) -> None:
    assert refused(lake := new_lake(tmp_path), RefitError) == (
        f"there are no pictures in {lake.root}: run `verger stream` first"
    )


def test_no_good_picture_is_said(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, Row(1, status="rejected", error_code="empty"), Row(2, status="deferred"))
    assert "none of the pictures in " in refused(lake, RefitError)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_fewer_pictures_than_components_need_are_said_with_the_k_to_set(tmp_path: Path, n: int) -> None:
    assert refused(lake_of(tmp_path, *pictures(n)), RefitError) == (
        f"k = 4 components can't be had from {n} pictures of 1,280 features: set k to between 1 and {n - 1}"
    )


def test_one_picture_is_too_few(tmp_path: Path) -> None:
    assert "at least 2 pictures with features, and there is 1" in refused(lake_of(tmp_path, *pictures(1)), RefitError)


def test_the_same_features_everywhere_are_said(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, *(Row(seq, vectors(1)[0]) for seq in range(1, 21)))
    assert refused(lake, RefitError) == "all 20 pictures have the same features, so there are no components to find"


def test_no_finite_features_at_all_are_said(tmp_path: Path) -> None:
    assert "there are none" in refused(lake_of(tmp_path, *(Row(seq, NAN) for seq in range(1, 9))), RefitError)


def test_an_unknown_model_is_said_with_those_there_are(tmp_path: Path) -> None:
    sentence = refused(lake_of(tmp_path, *pictures(10)), SettingsError, model_id="other")
    assert "model_id = 'other'" in sentence
    assert sentence.endswith("one of m (10).")


def test_a_table_of_another_schema_is_refused(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, *pictures(10))
    for commit in (Path(lake.uri("features")) / "_delta_log").glob("*.json"):
        commit.write_text(commit.read_text().replace('"verger.schema_version":"1"', '"verger.schema_version":"2"'))
    assert "schema version 2, this program writes 1" in refused(lake, LakeError)


@pytest.mark.parametrize(("rows", "code"), [(3, 1), (0, 1)])
def test_the_command_says_it_on_stderr_without_a_traceback(tmp_path: Path, rows: int, code: int) -> None:
    lake = lake_of(tmp_path, *pictures(rows)) if rows else Lake(str(tmp_path / "nowhere"))
    done = verger("refit", "--lake", lake.root)
    assert done.returncode == code
    assert done.stderr.startswith("verger: ")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stdout


def test_the_command_ends_with_2_where_the_user_can_mend_it() -> None:
    done = verger("refit", "--lake", "s3://bucket/lake", AWS_EC2_METADATA_DISABLED="true")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("verger: table features in s3://bucket/lake can't be read: no AWS credentials")
