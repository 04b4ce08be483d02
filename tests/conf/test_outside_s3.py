"""A whole command, S3 failing from one of its requests on: on moto and on versitygw."""

import subprocess
import sys

import pytest

from conf.lake import Lake
from streaming.lake import prepare
from tests.servers.aws_variables import use_server
from tests.servers.faults import Refuse
from tests.servers.fixtures import S3
from tests.servers.proxy import Asked, proxied

pytestmark = pytest.mark.s3


def test_wherever_s3_begins_to_fail_it_is_one_sentence(s3_server: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = f"s3://{s3_server.bucket}/lake"
    with proxied(s3_server.server) as proxy:
        use_server(monkeypatch, proxy.server)
        monkeypatch.setenv("VERGER_LAKE", lake)
        prepare(Lake(lake))
        before, asked = 0, 1
        while before < asked:  # of a run without failures there are some 15
            left, asked = before, 0

            def is_later(_: Asked) -> bool:
                nonlocal left, asked
                left, asked = left - 1, asked + 1
                return left < 0

            proxy.fail(Refuse(500, "InternalError"), is_later)
            done = subprocess.run(
                [sys.executable, "-m", "verger", "status"], capture_output=True, text=True, check=False
            )
            proxy.clear()
            if before < asked:
                assert done.returncode in (1, 2)
                assert done.stderr.endswith("\n")
                assert len(done.stderr.splitlines()) == 1, done.stderr
                assert "InternalError: as the test wants it" in done.stderr
            before += 3
        assert done.returncode == 0, done.stderr
