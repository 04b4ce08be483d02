"""Answers that are kept for a moment: many browsers cost no more than one, a large lake not much more than a small."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

#: What took long is asked for less often: at most this share of the time goes into asking.
SHARE = 0.2


class Cached(Generic[T]):
    """`ask`'s last answer, at most `keep_s` old, or as much older as it takes to stay within SHARE of the time."""

    def __init__(self, ask: Callable[[], T], keep_s: float = 2.0) -> None:
        self._ask, self._keep_s = ask, keep_s
        self._lock = threading.Lock()
        self._until = 0.0
        self._answer: list[T] = []

    def __call__(self) -> T:
        """Threads that come meanwhile wait for that answer. Raises what `ask` raises, and keeps nothing then."""
        with self._lock:
            began = time.monotonic()
            if not self._answer or began >= self._until:
                self._answer = [self._ask()]
                ended = time.monotonic()
                self._until = ended + max(self._keep_s, (ended - began) / SHARE)
            return self._answer[0]
