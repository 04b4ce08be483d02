"""The ledger in S3, on moto and on versitygw, behind a proxy that loses answers and refuses."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from conf.lake import Lake, LakeError
from conf.lease import LeaseLostError
from conf.lease_object import LeaseError
from conf.locks import guard, is_at_work, lock_lake
from streaming.lake import prepare
from streaming.landing.ledger import Ledger
from tests.faults.on_s3 import commit_of
from tests.servers.aws_variables import use_server
from tests.servers.faults import Lose, Refuse
from tests.servers.fixtures import S3
from tests.servers.proxy import Proxy, proxied
from tests.streaming.landing.test_upkeep import assert_whole

#: In another process: delta-rs may hold this one, which the proxy needs to answer it.
ANNOUNCE = """
import sys
from conf.lake import Lake
from streaming.landing.ledger import Ledger
from tests.streaming.landing.test_upkeep import announce
announce(Ledger(Lake(sys.argv[1])), 2)
"""

pytestmark = [pytest.mark.s3, pytest.mark.fault]


@pytest.fixture
def proxy(s3_server: S3, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    with proxied(s3_server.server) as proxy:
        use_server(monkeypatch, proxy.server)
        yield proxy


@pytest.fixture
def lake(s3_server: S3, proxy: Proxy) -> Lake:
    lake = Lake(f"s3://{s3_server.bucket}/lake")
    prepare(lake)
    return lake


def test_a_commit_whose_answer_was_lost_is_known_as_its_own(lake: Lake, proxy: Proxy) -> None:
    losing = proxy.fail(Lose(), commit_of("ledger"), times=1)
    subprocess.run([sys.executable, "-c", ANNOUNCE, lake.root], check=True, timeout=120)
    assert losing.hits == 1
    assert_whole(Ledger(lake), 2)


def test_a_lease_is_asked_for_again_where_s3_gives_no_answer(lake: Lake, proxy: Proxy) -> None:
    with lock_lake(lake, "stream") as hold:
        check = guard(lake, "stream", hold.token)
        refusing = proxy.fail(Refuse(503, "SlowDown"), lambda asked: asked.method == "GET", times=2)
        check()
        assert refusing.left == 0
    with pytest.raises(LeaseLostError, match="is another's by now"):
        check()


def test_an_object_that_is_no_lease_is_said(lake: Lake, s3_server: S3) -> None:
    s3_server.client.put_object(Bucket=s3_server.bucket, Key="lake/stream.lease", Body=b"")
    with pytest.raises(LeaseError, match="is no lease of Verger: remove it"):
        is_at_work(lake, "stream")
    with pytest.raises((LakeError, LeaseError), match="is no lease of Verger: remove it"):
        lock_lake(lake, "stream")
