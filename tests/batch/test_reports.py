"""Where a refit's files lie, and how they get there whole."""

from pathlib import Path
from typing import Any

import pytest

from batch.errors import RefitError
from batch.reports import PLOT, plot_uri, put, report_uri
from conf.errors import UserError
from conf.lake import Lake


@pytest.mark.parametrize(
    ("root", "plot"),
    [
        ("/data/lake", "/data/lake/ACP/pca_plot.png"),
        ("s3://bucket/deep/lake", "s3://bucket/ACP/pca_plot.png"),
        ("s3://bucket", "s3://bucket/ACP/pca_plot.png"),
    ],
)
def test_the_plot_is_below_a_folder_or_in_the_lakes_bucket(root: str, plot: str) -> None:
    assert plot_uri(Lake(root), "ACP/pca_plot.png") == plot


def test_a_report_lies_below_the_lake() -> None:
    assert report_uri(Lake("s3://b/lake"), "r1", PLOT) == "s3://b/lake/reports/r1/pca_plot.png"


def test_a_file_is_put_into_folders_that_are_made(tmp_path: Path) -> None:
    put(b"old", str(tmp_path / "a/b/plot.png"))
    put(b"new", str(tmp_path / "a/b/plot.png"))
    assert [file.name for file in (tmp_path / "a/b").iterdir()] == ["plot.png"]
    assert (tmp_path / "a/b/plot.png").read_bytes() == b"new"


def test_a_file_that_is_read_stays_whole_while_it_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "plot.png"
    put(b"old" * 1000, str(path))
    with path.open("rb") as reader:
        begun = reader.read(1500)
        put(b"new" * 1000, str(path))
        assert begun + reader.read() == b"old" * 1000


def test_a_file_that_can_not_be_written_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "plot.png").mkdir()
    with pytest.raises(UserError, match=rf"^{tmp_path}/plot.png is there and is no file: name another one$"):
        put(b"new", str(tmp_path / "plot.png"))
    (tmp_path / "file").touch()
    with pytest.raises(RefitError, match=r"file/plot.png can't be written: (File exists|Not a directory)$"):
        put(b"new", str(tmp_path / "file" / "plot.png"))
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "plot.png"]


@pytest.mark.s3
def test_an_object_is_put_as_a_picture(s3: Any, bucket: str) -> None:
    put(b"old", f"s3://{bucket}/ACP/pca_plot.png")
    put(b"new", f"s3://{bucket}/ACP/pca_plot.png")
    found = s3.get_object(Bucket=bucket, Key="ACP/pca_plot.png")
    assert (found["Body"].read(), found["ContentType"]) == (b"new", "image/png")


@pytest.mark.s3
def test_a_missing_bucket_is_one_sentence(s3: Any) -> None:
    with pytest.raises(RefitError, match=r"^s3://no-such/a/b.png can't be written: .*NoSuchBucket") as error:
        put(b"new", "s3://no-such/a/b.png")
    assert "\n" not in str(error.value)


@pytest.mark.s3
def test_missing_credentials_are_one_sentence(
    s3: Any, bucket: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(RefitError, match=r"can't be written: Unable to locate credentials") as error:
        put(b"new", f"s3://{bucket}/a/b.png")
    assert "\n" not in str(error.value)
