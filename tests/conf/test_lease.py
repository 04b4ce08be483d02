"""A lease that is taken, kept, refused and given back: on moto and on versitygw."""

import random
import threading
import time

import pytest

from conf.boot_clock import boot_s
from conf.lease import LeaseError, LeaseHeldError, LeaseLostError
from conf.lease_object import LeaseObject, Record
from tests.conf.lease_holder import DURATION_S, take
from tests.servers.fixtures import S3

pytestmark = pytest.mark.s3


def test_it_is_kept_for_longer_than_it_lasts(uri: str) -> None:
    with take(uri) as lease:
        until = time.monotonic() + 2 * DURATION_S
        while time.monotonic() < until:
            lease.check()
            time.sleep(0.05)


def test_a_second_one_is_told_who_has_it_and_since_when(uri: str) -> None:
    with take(uri, "process 7 on a machine") as lease:
        with pytest.raises(LeaseHeldError, match=r"held by process 7 on a machine since \d{4}-\d\d-\d\d \S+ UTC$"):
            take(uri)
        lease.check()


def test_the_next_one_has_it_at_once_after_a_release(uri: str) -> None:
    first = take(uri, duration_s=10 * DURATION_S)
    first.release()
    first.release()
    began = time.monotonic()
    with take(uri, "second") as second:
        assert time.monotonic() - began < 10 * DURATION_S
        with pytest.raises(LeaseLostError, match="released"):
            first.check()
        second.check()


def test_a_living_holder_is_waited_for(uri: str) -> None:
    first = take(uri)
    timer = threading.Timer(DURATION_S, first.release)
    timer.start()
    take(uri, wait_s=60).release()
    timer.join()


def test_two_leases_of_one_lake_are_apart(uri: str) -> None:
    with take(uri) as stream, take(uri.replace("stream", "refit")) as refit:
        stream.check()
        refit.check()


@pytest.mark.parametrize("year", ["1999", "2099"])
def test_clocks_that_disagree_decide_nothing(uri: str, year: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither what a record says nor what this machine's own wall clock says."""
    since = f"{year}-01-01 00:00:00 UTC"
    assert LeaseObject(uri, 1.0).write(Record("token", "elsewhere", since, DURATION_S), over=None)
    began, real = time.monotonic(), time.time
    monkeypatch.setattr(time, "time", lambda: real() + random.choice([-1e6, 1e6]))
    with take(uri) as lease:
        assert DURATION_S <= time.monotonic() - began < 3 * DURATION_S
        lease.check()


def test_a_machine_that_slept_has_lost_it(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with take(uri) as lease:
        monkeypatch.setattr("conf.lease_term.boot_s", lambda: boot_s() + DURATION_S)
        with pytest.raises(LeaseLostError):
            lease.check()


def test_what_can_not_work_is_said_at_once(s3_server: S3, uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LeaseError, match="NoSuchBucket"):
        take("s3://no-such-bucket-here/stream.lease")
    s3_server.client.put_object(Bucket=s3_server.bucket, Key="a lake/stream.lease", Body=b'["mine"]')
    with pytest.raises(LeaseError, match=r"stream\.lease is no lease of Verger"):
        take(uri)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(LeaseError, match=r"can't be reached: .*127\.0\.0\.1:1/"):
        take(uri)
