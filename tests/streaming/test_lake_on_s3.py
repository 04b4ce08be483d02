"""Everything on `s3://`: landing and lake in a bucket, the stream killed, the refit after it; on both servers."""

import hashlib
import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from deltalake import DeltaTable

from conf.s3 import delta_storage_options
from conf.work import SPARK_LOG
from tests.servers.fixtures import S3
from tests.streaming.service import Service, counted, kill_group

pytestmark = [pytest.mark.spark, pytest.mark.s3]

BATCH = 15


@dataclass
class Bucket(Service):
    """A service whose landing and lake are in one bucket."""

    s3: S3 | None = None

    def _read(self, table: str, columns: list[str] | None) -> list[dict[str, Any]]:
        uri = f"{self.settings['lake']}/tables/{table}"
        found = DeltaTable(uri, storage_options=delta_storage_options()).to_pyarrow_table(columns=columns)
        rows: list[dict[str, Any]] = found.sort_by("seq").to_pylist()
        return rows

    def run(self, *words: str, code: int = 0) -> str:
        """What another command prints on this lake."""
        environment = os.environ | {"VERGER_LAKE": str(self.settings["lake"])}
        command = [sys.executable, "-m", "verger", *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr


def assert_nobody_tells(service: Bucket, *pids: int) -> None:
    """The secret key is in no file of the runs, Spark's log among them, in no object, and on no command line."""
    assert service.s3
    secret, bucket = service.s3.server.secret_key, service.s3.bucket
    files = _contents(service.folder)
    assert not [path for path, content in files.items() if secret.encode() in content]
    if pids:
        assert any(path.name == SPARK_LOG for path in files)
    found = service.s3.client.list_objects_v2(Bucket=bucket).get("Contents", [])
    bodies = {}
    for key in (listed["Key"] for listed in found):
        with suppress(service.s3.client.exceptions.NoSuchKey):  # the stream works on
            bodies[key] = service.s3.client.get_object(Bucket=bucket, Key=key)["Body"].read()
    assert bodies
    assert not [key for key, body in bodies.items() if secret.encode() in body]
    assert not [line for pid in pids for line in _command_lines(psutil.Process(pid)) if secret in line]


def _contents(folder: Path) -> dict[Path, bytes]:
    """Of all files that stay for long enough to be read: Spark makes and removes some while it runs."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with suppress(FileNotFoundError):
                found[path] = path.read_bytes()
    return found


def _command_lines(process: psutil.Process) -> list[str]:
    lines = []
    for member in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            lines.append(" ".join(member.cmdline()))
    return lines


@pytest.fixture
def service(s3_server: S3, tmp_path: Path, weights: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    root = f"s3://{s3_server.bucket}"
    settings = {"landing": f"{root}/in/", "lake": f"{root}/lake", "max_objects_per_batch": BATCH}
    return Bucket(tmp_path, weights, settings, s3_server)


@pytest.mark.parametrize("s3_server", ["versitygw", pytest.param("moto", marks=pytest.mark.faults)], indirect=True)
def test_stream_refit_and_status_work_on_s3_and_a_kill_loses_nothing(service: Bucket, fruits: Path) -> None:
    pictures = sorted((fruits / "images").glob("*/*.jpg"))[::60]
    assert service.s3
    for picture in pictures:
        service.s3.client.put_object(
            Bucket=service.s3.bucket, Key=f"in/{picture.parent.name}/{picture.name}", Body=picture.read_bytes()
        )
    service.s3.client.put_object(Bucket=service.s3.bucket, Key="in/Kiwi/broken.jpg", Body=b"GIF89a")
    with service.running() as stream:
        service.wait_for_rows(BATCH)
        second = service.run("stream", "--landing", str(service.settings["landing"]), "--weights", "demo", code=2)
        assert "another stream works on" in second
        assert f"process {stream.pid} on" in second
        assert_nobody_tells(service, stream.pid)
        kill_group(stream)
    service.drain()
    rows = service.rows("seq", "path", "status", "content_hash")
    assert [row["seq"] for row in rows] == list(range(1, len(pictures) + 2))
    assert counted(rows, "status") == {"ok": len(pictures), "rejected": 1}
    hashes = {hashlib.sha256(picture.read_bytes()).hexdigest() for picture in pictures}
    assert hashes == {row["content_hash"] for row in rows if row["status"] == "ok"}
    status = json.loads(service.run("status", "--json"))
    assert (status["versions"], status["pending"], status["law_holds"]) == (len(rows), 0, True)
    assert f"pictures (n)    {len(pictures)}" in service.run("refit")
    plot = service.s3.client.get_object(Bucket=service.s3.bucket, Key="ACP/pca_plot.png")["Body"].read()
    assert plot.startswith(b"\x89PNG")
    assert "incremental: 0 entered, 0 left" in service.run("refit")
    assert_nobody_tells(service)
    assert json.loads(service.run("status", "--json"))["last_refit"]["n"] == len(pictures)
    left = [path.name for path in (service.folder / "temporary").iterdir()]
    assert left == [f"verger-{os.getuid()}"]  # what stays beside a lake in S3; nothing of the killed run
