"""A few reads ahead of the decoder, so that it never waits for the store."""

import re
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, TypeVar

from schemas.errors import PictureError

#: Predicted bytes that may be held: a handful of 12-megapixel photos.
MAX_BYTES = 16 << 20
_QUERY = re.compile(r"\?\S+")
_SECRET = re.compile(
    r"(?i)\b(AKIA|ASIA)[0-9A-Z]{12,}|((secret|token|password|signature|credential|authorization|key)\w*\W{1,4})\S+"
)


class HasSize(Protocol):
    """Something to read, with the bytes that it is expected to have."""

    @property
    def size(self) -> int:
        """Bytes."""


T = TypeVar("T", bound=HasSize)


def read_ahead(
    items: Iterable[T], read: Callable[[T], bytes], depth: int, max_bytes: int = MAX_BYTES
) -> Generator[tuple[T, bytes | PictureError], None, None]:
    """Each item with its bytes, or with the error of its read, in order.

    At most `depth` reads are under way or waiting to be taken, of at most `max_bytes` together; one always
    goes. When the consumer stops early, reads under way are waited for, and none is left running.
    """
    source = iter(items)
    pending: deque[tuple[T, Future[bytes | PictureError]]] = deque()
    upcoming = next(source, None)
    pool = ThreadPoolExecutor(depth, thread_name_prefix="read-ahead")
    try:
        while upcoming is not None or pending:
            while upcoming is not None and _room(pending, upcoming, depth, max_bytes):
                pending.append((upcoming, pool.submit(_outcome, read, upcoming)))
                upcoming = next(source, None)
            item, future = pending.popleft()
            yield item, future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _room(pending: deque[tuple[T, Future[bytes | PictureError]]], item: T, depth: int, max_bytes: int) -> bool:
    held = sum(i.size for i, _ in pending)
    return not pending or (len(pending) < depth and held + item.size <= max_bytes)


def _outcome(read: Callable[[T], bytes], item: T) -> bytes | PictureError:
    """A failed read is a value, so that it keeps its place. What no store should raise is worth a retry."""
    try:
        return read(item)
    except PictureError as e:
        return e
    except Exception as e:  # noqa: BLE001 - the picture's own row says what happened
        return PictureError("unreachable", f"{type(e).__name__}: {without_secrets(str(e))}")


def without_secrets(text: str) -> str:
    """`text` without what is behind a question mark (signed URLs), after words like `token`, or a key."""
    return _SECRET.sub(lambda m: f"{m[2] or ''}***", _QUERY.sub("?***", text))
