"""Lets so many pictures be read, and holds whoever wants the next one: a batch that is stuck in its middle."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from tests.servers.moto import App


class Gate:
    """Before an S3 server. Closed at first; only reads of keys that contain `of` are held."""

    def __init__(self, of: str) -> None:
        self._of = of
        self._left = 0.0
        self._held = 0
        self._changed = threading.Condition()

    def let(self, count: float) -> None:
        """Let `count` more through."""
        with self._changed:
            self._left += count
            self._changed.notify_all()

    def wait_until_held(self, timeout_s: float = 240.0) -> None:
        """Return when someone is held. Raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._held > 0 and self._left < 1, timeout_s):
                raise TimeoutError(f"nobody read a picture within {timeout_s:g} s")

    def __call__(self, app: App) -> App:
        """`app` behind the gate."""

        def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            if environ["REQUEST_METHOD"] == "GET" and self._of in environ["PATH_INFO"]:
                self._pass()
            return app(environ, start_response)

        return answer

    def _pass(self) -> None:
        with self._changed:
            self._held += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._left >= 1)
            self._left -= 1
            self._held -= 1
