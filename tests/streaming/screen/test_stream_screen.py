"""A whole stream whose output nobody reads."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.streaming.service import Service, kill_group

PIPE_BYTES = 4096


@pytest.mark.spark
def test_a_stream_whose_reader_hangs_does_its_work_and_ends(weights: str, fruits: Path, tmp_path: Path) -> None:
    service = Service(tmp_path, weights)
    for picture in sorted((fruits / "images" / "Kiwi").glob("*.jpg"))[:20]:
        shutil.copy(picture, service.landing)
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    os.write(writing, b"x" * PIPE_BYTES)  # full: whoever writes now waits for a reader, for ever
    words = ["--landing", str(service.landing), "--lake", str(service.lake), "--weights", weights]
    stream = subprocess.Popen(
        [sys.executable, "-m", "verger", "stream", "--drain", *words],
        stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        _, errors = stream.communicate(timeout=200)
    finally:
        kill_group(stream)
    os.close(writing)
    assert (stream.returncode, errors) == (0, b"")
    assert len(service.rows("seq")) == 20
    assert os.read(reading, 2 * PIPE_BYTES) == b"x" * PIPE_BYTES
    os.close(reading)
