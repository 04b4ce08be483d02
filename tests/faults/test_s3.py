"""Cases 4 and 21 to 23: S3 as it is on a bad day, for landing and lake alike, on both servers."""

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from conf.s3 import delta_storage_options
from tests.faults.case import Case
from tests.faults.on_s3 import Behind, behind, commit_of, picture
from tests.servers.aws_variables import use_server
from tests.servers.faults import EXPIRED, INTERNAL, SLOW_DOWN, Cut, Delay, Fault, Lose, Silence, Stall
from tests.servers.fixtures import S3
from tests.servers.proxy import Rule, proxied
from tests.streaming.service import kill_driver, kill_group, kill_jvm

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


def wait_for(rule: Rule, service: Behind, hits: int = 1) -> None:
    until = time.monotonic() + 150
    while rule.hits < hits:
        assert time.monotonic() < until, service.printed()
        time.sleep(0.02)


@pytest.mark.parametrize("kill", [kill_group, kill_driver, kill_jvm])
def test_killed_after_the_data_files_and_before_the_commit_it_does_the_batch_again(
    service: Behind, case: Case, kill: Any
) -> None:
    case.did(4, f"{kill.__name__} while the request that commits is on its way, which never arrives")
    assert service.proxy
    rule = service.proxy.fail(Silence(), commit_of("features"))
    with service.running() as stream:
        wait_for(rule, service)
        kill(stream)
        files = [key for key in service.keys("lake/tables/features/") if key.endswith(".parquet")]
        if kill is kill_jvm:
            assert stream.wait(60) == 1
    rule.lift()
    table = DeltaTable(f"{service.settings['lake']}/tables/features", storage_options=delta_storage_options())
    assert (table.version(), len(files) > 0) == (0, True)
    service.drain()
    case.audited(service, f"{len(files)} data files of no commit")


def a_bad_day(chance: random.Random) -> Fault:
    return chance.choice((SLOW_DOWN, SLOW_DOWN, INTERNAL, Cut(), Lose(), Delay(0.5), Stall()))


def test_bursts_resets_stalls_and_lost_answers_lose_and_double_nothing(
    service: Behind, case: Case, pictures: list[Path]
) -> None:
    case.did(21, "a tenth of all reads: 503, 500, reset, stalled, lost, late; then bursts of 503 to all requests")
    assert service.proxy
    chance = random.Random(21)
    faults = [a_bad_day(chance) for _ in range(40)]
    rules = [
        service.proxy.fail(fault, lambda asked: picture(asked) and chance.random() < 0.1, times=1) for fault in faults
    ]
    with service.running() as stream:
        service.wait_for_rows(15)
        for _ in range(3):
            burst = service.proxy.fail(SLOW_DOWN, times=6)
            service.put_objects(pictures[30:40], f"{time.monotonic_ns()}-")
            time.sleep(4)
            burst.lift()
        ended = stream.poll()
    service.proxy.clear()
    service.drain()
    struck = sum(rule.hits for rule in rules)
    case.audited(service, f"{struck} faults of reads, 3 bursts, exit code {ended}")
    assert "Traceback" not in service.printed()


def test_a_minute_of_nothing_loses_and_doubles_nothing(service: Behind, case: Case, pictures: list[Path]) -> None:
    case.did(21, "nothing gets through to S3 for a minute, in the middle of the work")
    assert service.proxy
    with service.running() as stream:
        service.wait_for_rows(1)
        service.put_objects(pictures[30:60])
        silence = service.proxy.fail(Silence())
        time.sleep(60)
        silence.lift()
        ended = stream.poll()
    service.drain()
    case.audited(service, "the stream ended by itself: its lease was over" if ended == 1 else f"exit code {ended}")
    assert ended == 1, service.printed()
    assert "Traceback" not in service.printed()


@pytest.mark.parametrize("seconds", [4, 40])
def test_credentials_that_expire_for_a_while_lose_and_double_nothing(
    service: Behind, case: Case, pictures: list[Path], seconds: int
) -> None:
    case.did(22, f"all requests are refused with ExpiredToken for {seconds} s in the middle of the work")
    assert service.proxy
    with service.running() as stream:
        service.wait_for_rows(1)
        expired = service.proxy.fail(EXPIRED)
        service.put_objects(pictures[30:60])
        time.sleep(seconds)
        expired.lift()
        ended = stream.poll()
    said = service.printed().splitlines()[-1]
    service.drain()
    case.audited(service, f"exit code {ended}: {said[:120]}")
    assert ended is None or "ExpiredToken: as the test wants it" in said
    assert "Traceback" not in service.printed()


@pytest.mark.parametrize("table", ["features", "ledger"])
def test_a_commit_whose_answer_is_lost_is_there_once(service: Behind, case: Case, table: str) -> None:
    case.did(23, f"the commit to {table} is done and its answer lost")
    assert service.proxy
    rule = service.proxy.fail(Lose(), commit_of(table), times=1)
    stream = service.start("--drain")
    try:
        ended = stream.wait(200)
    finally:
        kill_group(stream)
    assert rule.hits == 1
    service.drain()
    case.audited(service, f"exit code {ended}")
    assert "Traceback" not in service.printed()
