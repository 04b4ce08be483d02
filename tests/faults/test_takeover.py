"""Case 31: a stream in S3 that is paused until another has taken over, and then goes on."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from deltalake import DeltaTable

from conf.s3 import delta_storage_options
from tests.faults.case import Case, go_on, pause, start_armed
from tests.faults.on_s3 import Behind, behind, commit_of
from tests.servers.aws_variables import use_server
from tests.servers.faults import Hold
from tests.servers.fixtures import S3
from tests.servers.proxy import proxied
from tests.streaming.service import kill_group

pytestmark = [pytest.mark.spark, pytest.mark.s3, pytest.mark.fault, pytest.mark.faults, pytest.mark.timeout(1800)]


@pytest.fixture
def service(
    s3_server: S3, tmp_path: Path, weights: str, pictures: list[Path], quick: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Behind]:  # fmt: skip
    """With thirty pictures in the landing."""
    with proxied(s3_server.server) as proxy:
        use_server(monkeypatch, proxy.server)
        made = behind(tmp_path, weights, s3_server, proxy, **quick)
        made.put_objects(pictures[:30])
        yield made


@pytest.mark.parametrize("place", ["batch-begun", "ledger-appended", "featurizing", "batch-written"])
def test_a_stream_that_was_paused_until_another_took_over_writes_nothing_when_it_goes_on(
    service: Behind, case: Case, pictures: list[Path], place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case.did(31, f"all its processes are paused at {place}; another takes over; then they go on")
    paused = start_armed(service, f"{place}:pause")
    try:
        until = time.monotonic() + 200
        while psutil.Process(paused.pid).status() != psutil.STATUS_STOPPED:
            assert time.monotonic() < until, service.printed()
            assert paused.poll() is None, service.printed()
            time.sleep(0.1)
        service.put_objects(pictures[30:60])
        another_machine(tmp_path, monkeypatch)
        service.drain()
        before = versions(service)
        go_on(paused.pid)
        assert paused.wait(60) == 1, service.printed()
        time.sleep(5)  # what outlives the driver has its chance, too
    finally:
        go_on(paused.pid)
        kill_group(paused)
    assert versions(service) == before
    case.audited(service, f"exit code {paused.returncode}: {service.printed().splitlines()[-1][:120]}")
    assert "Traceback" not in service.printed()


def another_machine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is started from now on shares no lock of this machine with what runs."""
    (folder / "another machine").mkdir()
    monkeypatch.setenv("TMPDIR", str(folder / "another machine"))


def versions(service: Behind) -> list[int]:
    options = delta_storage_options()
    return [
        DeltaTable(f"{service.settings['lake']}/tables/{name}", storage_options=options).version()
        for name in ("ledger", "features")
    ]


def test_a_commit_that_was_on_its_way_while_another_took_over_is_refused_when_it_arrives(
    service: Behind, case: Case, pictures: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case.did(31, "the request that commits is held by the network, its stream paused, until another has taken over")
    assert service.proxy
    rule = service.proxy.fail(Hold(), commit_of("features"), times=1)
    service.settings["max_objects_per_batch"] = 10
    with service.running() as paused:
        until = time.monotonic() + 200
        while not rule.hits:
            assert time.monotonic() < until, service.printed()
            time.sleep(0.1)
        pause(paused.pid)
        service.settings["max_objects_per_batch"] = 1000
        service.put_objects(pictures[30:60])
        another_machine(tmp_path, monkeypatch)
        service.drain()
        before, rows = versions(service), service.rows("seq")
        rule.lift()
        time.sleep(3)
        go_on(paused.pid)
        assert paused.wait(60) == 1, service.printed()
    assert (versions(service), service.rows("seq")) == (before, rows)
    service.put_objects(pictures[60:61])
    service.drain()
    case.audited(service, f"exit code 1: {service.printed().splitlines()[-1][:120]}")
    assert "Traceback" not in service.printed()
