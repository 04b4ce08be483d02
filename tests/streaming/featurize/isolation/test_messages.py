"""What a child may say, and what is not believed."""

import json
from collections.abc import Iterator
from datetime import datetime, timezone
from multiprocessing.connection import Connection, Pipe

import numpy as np
import pytest

from schemas.features import FEATURE_COUNT
from streaming.featurize.isolation.bounds import Bounds
from streaming.featurize.isolation.messages import receive_order, receive_result, send_order, send_result
from streaming.featurize.limits import Limits
from streaming.featurize.rows import Result

NOW = datetime.now(timezone.utc)
REJECTED = Result("rejected", "truncated", "why", None, None, None, None, "h", NOW, 1.5)


@pytest.fixture
def ends() -> Iterator[tuple[Connection, Connection]]:
    worker, child = Pipe()
    with worker, child:
        yield worker, child


def test_results_arrive_as_they_were(ends: tuple[Connection, Connection]) -> None:
    features = np.arange(FEATURE_COUNT, dtype=np.float32)
    send_result(ends[1], Result("ok", None, None, features, 3, 4, "PNG", "h", NOW, 1.5))
    ok = receive_result(ends[0])
    np.testing.assert_array_equal(ok.features, features)
    assert (ok.status, ok.width, ok.height, ok.format, ok.featurized_at) == ("ok", 3, 4, "PNG", NOW)
    send_result(ends[1], REJECTED)
    assert receive_result(ends[0]) == REJECTED


def test_an_order_arrives_as_it_was(ends: tuple[Connection, Connection]) -> None:
    order = b"model", Limits(1, 2, ("PNG", "GIF"), False, 3), Bounds(4.5, 6)
    send_order(ends[0], *order)
    assert receive_order(ends[1]) == order


@pytest.mark.parametrize(
    "change",
    [
        {"status": "ok"},
        {"status": "deferred"},
        {"error_code": "made up"},
        {"error_code": None},
        {"another": 1},
        {"featurized_at": "yesterday"},
        {"status": ["ok"]},
    ],
)
def test_what_is_no_result_is_refused(ends: tuple[Connection, Connection], change: dict[str, object]) -> None:
    send_result(ends[1], REJECTED)
    head = json.loads(ends[0].recv_bytes())
    ends[1].send_bytes(json.dumps(head | change).encode())
    ends[1].send_bytes(b"no features")
    with pytest.raises(ValueError, match=r".+"):
        receive_result(ends[0])


def test_fewer_features_are_refused(ends: tuple[Connection, Connection]) -> None:
    send_result(ends[1], Result("ok", None, None, np.ones(7, np.float32), 3, 4, "PNG", "h", NOW, 1.5))
    with pytest.raises(ValueError, match="buffer"):
        receive_result(ends[0])
