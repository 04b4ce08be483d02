"""One holder at a time, whatever is stopped, killed or lost: on moto and on versitygw."""

import os
import random
import signal
import threading
import time

import pytest

from conf.lease import LeaseLostError
from conf.lease_object import LeaseObject
from tests.conf.lease_holder import DURATION_S, check_until_lost, holder, take
from tests.servers.aws_variables import use_server
from tests.servers.faults import Lose, Silence
from tests.servers.fixtures import S3
from tests.servers.proxy import Asked, proxied

pytestmark = [pytest.mark.s3, pytest.mark.fault]


def is_put(asked: Asked) -> bool:
    return asked.method == "PUT"


def test_a_killed_holder_is_replaced_when_its_lease_is_certainly_over(uri: str) -> None:
    with holder(uri, "killed") as killed:
        assert killed.said == "held"
        killed.process.kill()
        killed.process.wait()
        began = time.monotonic()
        with take(uri) as lease:
            assert time.monotonic() - began >= DURATION_S
            lease.check()


def test_a_paused_holder_that_wakes_has_lost_it_and_does_not_take_it_back(uri: str) -> None:
    with holder(uri, "paused") as paused:
        assert paused.said == "held"
        assert paused.ask("check") == "ours"
        os.kill(paused.process.pid, signal.SIGSTOP)
        with take(uri, "successor") as successor:
            os.kill(paused.process.pid, signal.SIGCONT)
            assert "stream.lease is lost, nothing more is written" in paused.ask("check")
            until = time.monotonic() + 2 * DURATION_S
            while time.monotonic() < until:
                successor.check()
                assert "is lost" in paused.ask("check")
                time.sleep(0.1)
            assert "is lost" in paused.ask("release")  # gives back nothing
            successor.check()
            with holder(uri, "third") as third:
                assert "held by successor since" in third.said


def test_a_paused_holder_that_nobody_replaced_has_lost_it_too(uri: str) -> None:
    with holder(uri, "paused") as paused:
        os.kill(paused.process.pid, signal.SIGSTOP)
        time.sleep(1.2 * DURATION_S)
        os.kill(paused.process.pid, signal.SIGCONT)
        assert "was not renewed in time" in paused.ask("check")
        with take(uri) as lease:
            lease.check()
            assert "is lost" in paused.ask("check")


@pytest.mark.parametrize("lost", [1, 2, 5])
def test_a_write_whose_answer_was_lost_is_known_as_its_own(
    s3_server: S3, uri: str, lost: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxied(s3_server.server) as proxy:
        use_server(monkeypatch, proxy.server)
        proxy.fail(Lose(), is_put, times=lost)
        with take(uri) as lease:
            lease.check()
            losing = proxy.fail(Lose(), is_put, times=min(lost, 2))
            time.sleep(DURATION_S)
            assert losing.left == 0
            lease.check()
        left = LeaseObject(uri, 5.0).read()
        assert left is not None
        assert left[0].free


def test_it_ends_when_s3_does_not_answer_any_more(s3_server: S3, uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxied(s3_server.server) as proxy:
        use_server(monkeypatch, proxy.server)
        with take(uri) as lease:
            proxy.fail(Silence())
            with pytest.raises(LeaseLostError, match=r"not renewed in time: .*127\.0\.0\.1"):
                check_until_lost(lease)


def test_a_removed_object_ends_it(s3_server: S3, uri: str) -> None:
    with take(uri, duration_s=3 * DURATION_S) as lease:
        s3_server.client.delete_object(Bucket=s3_server.bucket, Key="a lake/stream.lease")
        with pytest.raises(LeaseLostError, match="the object was removed"):
            check_until_lost(lease)


def test_of_many_that_contend_one_holds_at_a_time(uri: str) -> None:
    """Each takes it, holds it for a while, and gives it back or dies. One server answers them all, slowly at times."""
    lock, holding, most, turns = threading.Lock(), set[int](), list[int](), list[int]()

    def contend(number: int) -> None:
        rng = random.Random(number)
        lease = take(uri, str(number), wait_s=120, duration_s=3 * DURATION_S)
        for _ in range(rng.randrange(1, 6)):
            lease.check()
            with lock:
                holding.add(number)
                most.append(len(holding))
            time.sleep(0.02)
            with lock:
                holding.discard(number)
        turns.append(number)
        if rng.random() < 0.8:
            lease.release()
        else:
            lease._released.set()  # dies: no more renewals, nothing given back

    threads = [threading.Thread(target=contend, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(turns) == list(range(8))
    assert set(most) == {1}
