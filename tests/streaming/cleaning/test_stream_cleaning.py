"""`verger stream` that cleans: what is old goes, what is new is featured and stays, and nothing is announced anew."""

import signal
import time
from pathlib import Path

import pytest

from streaming.cleaning.progress import Progress
from streaming.stores.folder import FolderStore
from tests.streaming.cleaning.orchard import Orchard
from tests.streaming.cleaning.test_folder_cleaning import files
from tests.streaming.service import Service

pytestmark = pytest.mark.spark


def test_a_stream_cleans_what_is_old_and_goes_on(weights: str, fruits: Path, tmp_path: Path) -> None:
    old, new = (path.read_bytes() for path in sorted((fruits / "images" / "Kiwi").glob("*.jpg"))[:2])
    service = Service(tmp_path, weights, {"clean_source": "delete", "clean_after_h": 1})
    service.put("Kiwi/old.jpg", old)
    service.put("Kiwi/broken.jpg", b"no picture")
    orchard = Orchard(tmp_path, FolderStore(str(service.landing)))
    orchard.featured()
    service.put("Kiwi/broken.jpg", b"overwritten")
    service.put("Kiwi/new.jpg", new)
    with service.running() as stream:
        service.wait_for_rows(4)
        while Progress.read(orchard.lake).upto < 2:
            assert stream.poll() is None, service.printed()
            time.sleep(0.1)
        stream.send_signal(signal.SIGTERM)
        assert stream.wait(60) == 0, service.printed()
    assert files(service.landing) == {"Kiwi/new.jpg": new, "Kiwi/broken.jpg": b"overwritten"}
    assert [(row["status"], row["version"]) for row in service.rows()][2:] in (
        [("ok", 3), ("rejected", 4)],
        [("rejected", 3), ("ok", 4)],
    )
    assert Progress.read(orchard.lake).cleaned == 1
    assert "Traceback" not in service.printed()
    service.assert_law()
