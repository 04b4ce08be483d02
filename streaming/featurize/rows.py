"""Announcements to result rows: fetch, decode, model. The UDF without Spark."""

import hashlib
import logging
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from schemas.errors import FORGOTTEN, TRANSIENT, ErrorCode, PictureError
from schemas.features import Status
from schemas.text import printable
from streaming.featurize.decode import Decoded, Limits, decode
from streaming.featurize.read_ahead import read_ahead, without_secrets

log = logging.getLogger(__name__)

#: Small pictures that one thread reads in a row: handing each over costs more than reading it.
_TOGETHER = 16


@dataclass(frozen=True, slots=True)
class Announced:
    """What is known of a picture before it is read. `size`: bytes; `attempt`: 1, 2, ... of this version."""

    path: str
    etag: str
    size: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Result:
    """A row of schemas.features.RESULT, its fields in that order. `features`: float32 (1280,)."""

    status: Status
    error_code: ErrorCode | None
    error_detail: str | None
    features: NDArray[np.float32] | None
    width: int | None
    height: int | None
    format: str | None
    content_hash: str | None
    featurized_at: datetime
    featurize_ms: float


@dataclass(frozen=True)
class FetchLimits:
    """`depth`: as read_ahead takes it. `max_attempts`: a transient error is deferred before that one."""

    timeout_s: float
    depth: int
    max_attempts: int


class Reader(Protocol):
    """What is used of a store."""

    def read(self, path: str, etag: str, *, max_bytes: int, timeout_s: float) -> bytes:
        """The content of exactly that version. Raises PictureError."""


class Featurizes(Protocol):
    """What is used of a model."""

    def features(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """float32 (1280,) for uint8 (224, 224, 3). Raises PictureError."""


def featurize_rows(
    pictures: Iterable[Announced],
    store: Reader,
    featurize: Callable[[bytes, str], Result],
    limits: Limits,
    fetch: FetchLimits,
) -> Generator[Result, None, None]:
    """One result for each picture, in order: that of `featurize` for its bytes and path, once they could be read.

    Raises only what `featurize` raises; closing it leaves no read running.
    """

    def read(picture: Announced) -> bytes:
        if picture.path.startswith(FORGOTTEN):
            raise PictureError("forgotten", "")
        limits.check_bytes(picture.size)
        return store.read(picture.path, picture.etag, max_bytes=limits.max_image_bytes, timeout_s=fetch.timeout_s)

    with closing(read_ahead(pictures, read, fetch.depth, together=_TOGETHER)) as contents:
        for picture, content in contents:
            if isinstance(content, PictureError):
                defer = content.code in TRANSIENT and picture.attempt < fetch.max_attempts
                yield result_row(content, None, None, 0.0, "deferred" if defer else "rejected")
            else:
                yield featurize(content, picture.path)


def featurize_one(data: bytes, model: Featurizes, limits: Limits, path: str, digest: str | None = None) -> Result:
    """`ok` with features, or `rejected`. `path` is for the log: a bug of ours becomes the row `crashed`.

    `digest`: the SHA-256 of `data`, where it is known.
    """
    digest = digest or hashlib.sha256(data).hexdigest()
    start = time.perf_counter()
    decoded: Decoded | None = None
    outcome: PictureError | NDArray[np.float32]
    try:
        decoded = decode(data, limits)
        outcome = model.features(decoded.pixels)
    except PictureError as e:
        outcome = e
    except MemoryError:
        outcome = PictureError("crashed", "decoding it takes more memory than a process may have (worker_memory)")
    except Exception as e:
        log.exception("bug: %s (sha256 %s) can't be featurized", printable(path), digest)
        outcome = PictureError("crashed", without_secrets(f"{type(e).__name__}: {e}"))
    status: Status = "rejected" if isinstance(outcome, PictureError) else "ok"
    return result_row(outcome, decoded, digest, (time.perf_counter() - start) * 1000, status)


def result_row(
    outcome: PictureError | NDArray[np.float32],
    decoded: Decoded | None,
    content_hash: str | None,
    featurize_ms: float,
    status: Status,
) -> Result:
    """The row of an outcome, with what was found out before it."""
    error = outcome if isinstance(outcome, PictureError) else None
    return Result(
        status=status,
        error_code=error.code if error else None,
        error_detail=error.detail if error else None,
        features=None if isinstance(outcome, PictureError) else outcome,
        width=decoded.width if decoded else None,
        height=decoded.height if decoded else None,
        format=decoded.format if decoded else None,
        content_hash=content_hash,
        featurized_at=datetime.now(timezone.utc),
        featurize_ms=featurize_ms,
    )
