"""A few reads ahead of the decoder, so that it never waits for the store."""

import re
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
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
    items: Iterable[T], read: Callable[[T], bytes], depth: int, max_bytes: int = MAX_BYTES, together: int = 1
) -> Generator[tuple[T, bytes | PictureError], None, None]:
    """Each item with its bytes, or with the error of its read, in order.

    At most `depth` reads are under way or waiting to be taken, of at most `max_bytes` together; one always goes. When
    the consumer stops early, reads under way are waited for, and none is left running.

    With `together`, a thread reads neighbours one after the other, in groups of one item, of two, four, ... up to so
    many, and there are `depth` groups, but only two until the consumer has to wait: where reads are quick, threads that
    wait for each other cost more than the reads.
    """
    groups = _groups(iter(items), together, max_bytes // (2 * depth))
    pending: deque[tuple[list[T], Future[list[bytes | PictureError]]]] = deque()
    upcoming = next(groups, None)
    ahead, begun = depth if together == 1 else min(depth, 2), False
    stopped = threading.Event()
    pool = ThreadPoolExecutor(depth, thread_name_prefix="read-ahead")
    try:
        while upcoming is not None or pending:
            while upcoming is not None and _room([group for group, _ in pending], upcoming, ahead, max_bytes):
                pending.append((upcoming, pool.submit(_outcomes, read, upcoming, stopped)))
                upcoming = next(groups, None)
            group, future = pending.popleft()
            if begun and not future.done():
                ahead = min(depth, ahead + 1)
            begun = True
            yield from zip(group, future.result(), strict=True)
    finally:
        stopped.set()
        pool.shutdown(wait=True, cancel_futures=True)


def _groups(source: Iterator[T], together: int, max_bytes: int) -> Iterator[list[T]]:
    """The first ones are small: the decoder waits for them."""
    group: list[T] = []
    most = 1
    for item in source:
        if group and (len(group) == most or _bytes(group) + item.size > max_bytes):
            yield group
            group, most = [], min(2 * most, together)
        group.append(item)
    if group:
        yield group


def _room(pending: list[list[T]], group: list[T], depth: int, max_bytes: int) -> bool:
    return not pending or (len(pending) < depth and sum(map(_bytes, pending)) + _bytes(group) <= max_bytes)


def _bytes(group: list[T]) -> int:
    return sum(item.size for item in group)


def _outcomes(read: Callable[[T], bytes], group: list[T], stopped: threading.Event) -> list[bytes | PictureError]:
    return [_outcome(read, item) for item in group if not stopped.is_set()]


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
