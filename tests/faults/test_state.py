"""Cases 29, 30 and 32 to 34: what the stream stands on is taken away, is full, jumps or changes."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from conf.lake import Lake
from streaming.lake import prepare
from tests.batch.command import refit_to_the_end
from tests.batch.running import latest
from tests.faults.case import END_S, Case
from tests.faults.conftest import put_all
from tests.streaming.service import Service, counted, kill_group

pytestmark = [pytest.mark.spark, pytest.mark.fault, pytest.mark.faults, pytest.mark.timeout(1800)]


def ended(service: Service, stream: "subprocess.Popen[bytes]") -> int:
    try:
        return stream.wait(END_S)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"it goes on: {service.printed()}") from None


def test_everything_outside_the_lake_is_deleted_while_it_runs(
    service: Service, case: Case, pictures: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case.did(29, "its temporary folder is deleted while it streams: checkpoint, Spark's blocks and log")
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.setenv("TMPDIR", str(work))
    with service.running() as stream:
        service.wait_for_rows(len(pictures), END_S)
        for entry in work.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        put_all(service, pictures[:20], "late-")
        code = ended(service, stream)
    last = service.printed().splitlines()[-1]
    service.drain()
    case.audited(service, f"exit code {code}")
    assert code == 1
    assert last.startswith("verger: ")
    assert "Traceback" not in service.printed()


def test_a_table_deleted_while_it_runs_ends_it_and_is_not_begun_anew(
    service: Service, case: Case, pictures: list[Path]
) -> None:
    case.did(30, "table features is deleted while it streams; then it is started again")
    table = service.lake / "tables" / "features"
    with service.running() as stream:
        service.wait_for_rows(len(pictures), END_S)
        shutil.rmtree(table)
        put_all(service, pictures[:20], "late-")
        code = ended(service, stream)
    first = service.printed().splitlines()[-1]
    before = sorted(service.lake.rglob("tables/**/*"))
    again = service.start("--drain")
    assert ended(service, again) == 2, service.printed()
    case.saw(f"exit code {code}: {first}; then: {service.printed().splitlines()[-1]}")
    assert code == 1
    assert sorted(service.lake.rglob("tables/**/*")) == before
    assert "Traceback" not in service.printed()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MiB. Needs the right to mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_ends_it_with_a_clear_error_and_it_goes_on_when_there_is_space(
    service: Service, case: Case, disk: Path
) -> None:
    case.did(32, "the lake's disk is full but for 200 KB; then there is space again")
    service.lake = disk / "lake"
    prepare(Lake(str(service.lake)))
    filler = disk / "filler"
    with filler.open("wb") as file:
        file.write(bytes(shutil.disk_usage(disk).free - 200_000))
    stream = service.start("--drain")
    try:
        code = ended(service, stream)
    finally:
        kill_group(stream)
    said = service.printed().splitlines()[-1]
    filler.unlink()
    service.drain()
    case.audited(service, f"exit code {code}: {said}")
    assert code == 1
    assert "No space left on device" in said
    assert "Traceback" not in service.printed()


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As long as this file exists, what is started from now on sees a clock that is an hour back."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    library, back = tmp_path / "clock.so", tmp_path / "back"
    source = Path(__file__).with_name("clock.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    monkeypatch.setenv("LD_PRELOAD", str(library))
    monkeypatch.setenv("CLOCK_BACK", str(back))
    return back


def test_a_clock_that_jumps_an_hour_back_changes_nothing(
    service: Service, case: Case, pictures: list[Path], clock: Path
) -> None:
    case.did(33, "the clock jumps an hour back while it streams; kill -9, and a drain an hour back")
    with service.running() as stream:
        service.wait_for_rows(len(pictures), END_S)
        clock.touch()
        put_all(service, pictures[:20], "late-")
        service.put("late.jpg", b"no picture")
        service.wait_for_rows(len(pictures) + 21, END_S)
        kill_group(stream)
    put_all(service, pictures[20:40], "later-")
    service.drain(timeout_s=900)
    announced = [row["announced_at"] for row in service.ledger()]
    jump = min(after - before for before, after in pairwise(announced))
    case.audited(service, f"announced_at jumped by {jump.total_seconds():.0f} s")
    assert jump < -timedelta(minutes=50)
    assert "Traceback" not in service.printed()


def test_rows_tell_which_weights_made_them_and_a_refit_does_not_mix_them(
    service: Service, case: Case, pictures: list[Path]
) -> None:
    case.did(34, "other weights from one run to the next; then a refit")
    weights, service.weights = service.weights, "demo"
    service.drain()
    service.weights = weights
    put_all(service, pictures[:60], "late-")
    service.drain()
    models = counted(service.rows("model_id", "seq"), "model_id")
    refit_to_the_end(Lake(str(service.lake)), service.log)
    row = latest(Lake(str(service.lake)))
    case.audited(service, f"models of {sorted(models.values())} pictures, refit of {row['n']}")
    assert sorted(models.values()) == sorted([60, len(pictures)])
    assert (row["n"], models[row["model_id"]]) == (len(pictures), len(pictures))
