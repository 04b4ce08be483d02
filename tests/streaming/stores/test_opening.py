from pathlib import Path

import pytest

from streaming.stores.folder import FolderStore
from streaming.stores.names import NamePatterns
from streaming.stores.opening import open_store
from streaming.stores.s3 import S3Store
from streaming.stores.store import StoreError, skipped


def test_folder_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert open_store("land ing%20") == FolderStore(f"{tmp_path}/land ing%20")
    assert open_store(f"file://{tmp_path}/x/") == FolderStore(f"{tmp_path}/x")


def test_bucket_and_prefix_are_told_apart() -> None:
    names = NamePatterns(("*.png",))
    assert open_store("s3://fruits", names) == S3Store("fruits", "", names)
    assert open_store("s3://fruits/in/new") == S3Store("fruits", "in/new/")


@pytest.mark.parametrize("landing", ["hdfs://host/x", "s3:///x", "s3a://bucket/x"])
def test_other_addresses_are_refused_in_a_sentence(landing: str) -> None:
    with pytest.raises(StoreError, match="landing"):
        open_store(landing)


def test_skipped_name_is_printable_and_short() -> None:
    assert skipped("a\n\udcff\té.jpg", "why").name == r"a\n\xff\té.jpg"
    assert len(skipped("\udcff" * 255, "why").name) == 200
