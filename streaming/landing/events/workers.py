"""Threads that repeat a step for as long as the process lives: what fails is said, and tried again."""

import logging
import threading
from collections.abc import Callable

from streaming.landing.events.queue_errors import QueueError

log = logging.getLogger(__name__)

#: The pause after a failed step, doubled with each further one: a queue that is back is used again within 5 s.
_FIRST_PAUSE_S, _MAX_PAUSE_S = 0.5, 5.0


class Workers:
    """Daemon threads, told apart by the name of what they do."""

    def __init__(self) -> None:
        self._errors: dict[str, str] = {}
        self.stopping = threading.Event()
        self.failure: BaseException | None = None  # a bug of ours that ended a thread

    @property
    def error(self) -> str | None:
        """Why a step failed when it was last tried; None if none did."""
        return next(iter(list(self._errors.values())), None)

    def start(self, name: str, step: Callable[[], None], threads: int = 1) -> None:
        """Repeat `step`, which should end within seconds, also if there is nothing to do."""
        for _ in range(threads):
            threading.Thread(target=self._run, args=(name, step), name=f"sqs-{name}", daemon=True).start()

    def _run(self, name: str, step: Callable[[], None]) -> None:
        pause_s = _FIRST_PAUSE_S
        try:
            while not self.stopping.is_set():
                if self._succeeds(name, step):
                    pause_s = _FIRST_PAUSE_S
                else:
                    self.stopping.wait(pause_s)
                    pause_s = min(2 * pause_s, _MAX_PAUSE_S)
        except BaseException as e:
            log.exception("%s ended", name)
            self.failure = e

    def _succeeds(self, name: str, step: Callable[[], None]) -> bool:
        try:
            step()
        except QueueError as e:
            if self._errors.get(name) != str(e):
                log.warning("%s", e)
            self._errors[name] = str(e)
            return False
        self._errors.pop(name, None)
        return True
