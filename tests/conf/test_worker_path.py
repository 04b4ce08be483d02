"""Spark's archives on a worker's path are read once, and can be imported from for ever."""

import importlib
import sys
import zipfile
from pathlib import Path

import pytest

from conf.worker_path import keep_spark_archives


def test_archives_are_not_read_again_and_still_imported_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spark, other = tmp_path / "pyspark.zip", tmp_path / "other.zip"
    for path, name in ((spark, "sparks"), (other, "others")):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"{name}_first.py", "")
            archive.writestr(f"{name}_second.py", "")
    monkeypatch.setattr(sys, "path", [str(spark), str(other), *sys.path])
    importlib.import_module("sparks_first")
    importlib.import_module("others_first")
    keep_spark_archives()
    keep_spark_archives()
    for path in (spark, other):
        path.write_bytes(path.read_bytes() + b"\0" * 30)  # whoever reads its directory again sees something else
    read: list[str] = []

    def nothing(path: str) -> dict[str, object]:
        read.append(path)
        return {}

    monkeypatch.setattr("zipimport._read_directory", nothing)
    importlib.invalidate_caches()
    importlib.import_module("sparks_second")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("others_second")
    assert read == [str(other)]
