"""What goes between a worker and its child. No pickle: what hostile bytes may have taken over is not trusted."""

import json
from dataclasses import asdict
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from schemas.errors import ERROR_CODES
from schemas.features import FEATURE_COUNT, RESULT_COLUMNS
from streaming.featurize.isolation.bounds import Bounds
from streaming.featurize.limits import Limits
from streaming.featurize.rows import Result

READY = b"ready"
_MAX_HEAD = 1 << 16
_FEATURE_BYTES = 4 * FEATURE_COUNT


def send_order(to: Connection, tflite: bytes, limits: Limits, bounds: Bounds) -> None:
    """What a child needs before its first picture."""
    to.send_bytes(json.dumps({"limits": asdict(limits), "bounds": asdict(bounds)}).encode())
    to.send_bytes(tflite)


def receive_order(source: Connection) -> tuple[bytes, Limits, Bounds]:
    """The other end of `send_order`."""
    order = json.loads(source.recv_bytes())
    limits = order["limits"] | {"formats": tuple(order["limits"]["formats"])}
    return source.recv_bytes(), Limits(**limits), Bounds(**order["bounds"])


def send_result(to: Connection, result: Result) -> None:
    """A result as JSON, then its features, little-endian float32."""
    head: dict[str, Any] = {name: getattr(result, name) for name in RESULT_COLUMNS if name != "features"}
    to.send_bytes(json.dumps(head | {"featurized_at": result.featurized_at.isoformat()}).encode())
    if result.features is not None:
        to.send_bytes(result.features.astype("<f4").tobytes())


def receive_result(source: Connection) -> Result:
    """The other end of `send_result`. Raises EOFError, OSError, and ValueError for what is no result."""
    head = json.loads(source.recv_bytes(_MAX_HEAD))
    try:
        ok = {("ok", True): True, ("rejected", False): False}[head["status"], head["error_code"] is None]
        if not ok and head["error_code"] not in ERROR_CODES:
            raise KeyError(head["error_code"])
        features = np.frombuffer(source.recv_bytes(_FEATURE_BYTES), "<f4", FEATURE_COUNT) if ok else None
        return Result(**head | {"features": features, "featurized_at": datetime.fromisoformat(head["featurized_at"])})
    except (KeyError, TypeError) as e:
        raise ValueError(f"no result: {e}") from e
