import hashlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from numpy.typing import NDArray

from schemas.errors import ERROR_CODES, TRANSIENT, ErrorCode, PictureError
from schemas.features import RESULT_COLUMNS
from streaming.featurize.limits import Limits
from streaming.featurize.rows import Announced, FetchLimits, Result, featurize_one, featurize_rows
from streaming.featurize.sniff import READABLE
from tests.streaming.featurize.drawing import drawing, saved

LIMITS = Limits(100_000, 1_000_000, READABLE, exif_orientation=True)
FETCH = FetchLimits(timeout_s=7.0, depth=2, max_attempts=3)
PNG = saved(drawing(), "PNG")


class FakeStore:
    """Answers with bytes, or raises; remembers what was asked."""

    def __init__(self, answers: dict[str, bytes | Exception]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str, int, float]] = []

    def read(self, path: str, etag: str, *, max_bytes: int, timeout_s: float) -> bytes:
        self.asked.append((path, etag, max_bytes, timeout_s))
        answer = self.answers[path]
        if isinstance(answer, Exception):
            raise answer
        return answer


class FakeModel:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def features(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        if self.error:
            raise self.error
        return np.full(1280, pixels.mean(), np.float32)


def by(model: FakeModel) -> Callable[[bytes, str], Result]:
    return lambda data, path: featurize_one(data, model, LIMITS, path)


def rows(answers: dict[str, bytes | Exception], attempt: int = 1, model: FakeModel | None = None) -> list[Result]:
    pictures = [Announced(path, "e", 9, attempt) for path in answers]
    return list(featurize_rows(pictures, FakeStore(answers), by(model or FakeModel()), LIMITS, FETCH))


def test_result_has_the_columns_of_the_schema_in_order() -> None:
    assert tuple(Result.__dataclass_fields__) == RESULT_COLUMNS


def test_good_picture_is_ok() -> None:
    before = datetime.now(timezone.utc)
    (row,) = rows({"a": PNG})
    assert (row.status, row.error_code, row.error_detail) == ("ok", None, None)
    assert row.features is not None
    assert row.features.shape == (1280,)
    assert (row.width, row.height, row.format) == (120, 90, "PNG")
    assert row.content_hash == hashlib.sha256(PNG).hexdigest()
    assert before <= row.featurized_at <= datetime.now(timezone.utc)
    assert row.featurized_at.utcoffset() == timedelta(0)
    assert row.featurize_ms > 0


def test_bad_picture_is_rejected_beside_good_ones() -> None:
    bad, good = rows({"bad": PNG[:50], "good": PNG})
    assert (bad.status, bad.error_code, bad.features, bad.width) == ("rejected", "truncated", None, None)
    assert bad.content_hash == hashlib.sha256(PNG[:50]).hexdigest()
    assert good.status == "ok"


@pytest.mark.parametrize("code", ERROR_CODES)
def test_only_transient_errors_are_deferred_and_only_before_the_last_attempt(code: ErrorCode) -> None:
    error = PictureError(code, "why")
    for attempt in (1, 2, 3, 4):
        (row,) = rows({"a": error}, attempt)
        deferred = code in TRANSIENT and attempt < 3
        assert (row.status, row.error_code) == ("deferred" if deferred else "rejected", code)
        assert (row.error_detail, row.content_hash, row.features) == ("why", None, None)


def test_too_large_is_not_even_fetched() -> None:
    store = FakeStore({"small": PNG})
    pictures = [Announced("large", "e", 100_001, 1), Announced("small", "e2", 100_000, 1)]
    large, small = featurize_rows(pictures, store, by(FakeModel()), LIMITS, FETCH)
    assert (large.status, large.error_code) == ("rejected", "too_large")
    assert small.status == "ok"
    assert store.asked == [("small", "e2", 100_000, 7.0)]


def test_what_was_forgotten_before_it_was_read_is_not_looked_for() -> None:
    (row,) = rows({"forgotten:7": b"not read"})
    assert (row.status, row.error_code, row.error_detail, row.content_hash) == ("rejected", "forgotten", "", None)


def test_bad_output_keeps_what_is_known_of_the_picture() -> None:
    (row,) = rows({"a": PNG}, model=FakeModel(PictureError("bad_output", "3 of 1280 values are not finite")))
    assert (row.status, row.error_code, row.width, row.format) == ("rejected", "bad_output", 120, "PNG")


def test_bug_of_ours_is_a_row_and_a_traceback_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        bug, after = rows({"a": PNG, "b": PNG[:9]}, model=FakeModel(ZeroDivisionError("oops")))
    assert (bug.status, bug.error_code, bug.error_detail) == ("rejected", "crashed", "ZeroDivisionError: oops")
    assert after.error_code == "truncated"
    assert "Traceback" in caplog.text


def test_unexpected_error_of_the_store_is_deferred_as_unreachable() -> None:
    (row,) = rows({"a": KeyError("surprise")})
    assert (row.status, row.error_code, row.error_detail) == ("deferred", "unreachable", "KeyError: 'surprise'")
