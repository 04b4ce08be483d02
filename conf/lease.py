"""One process at a time: a lease on an object in S3, held by renewing it."""

import logging
import threading
import uuid
from datetime import datetime, timezone
from types import TracebackType

from conf.errors import FailedError
from conf.lease_claim import Claim, LeaseHeldError
from conf.lease_object import LeaseError, LeaseObject, NoAnswerError, Record
from conf.lease_term import TakenError, Term

__all__ = ["DURATION_S", "Lease", "LeaseError", "LeaseHeldError", "LeaseLostError"]

log = logging.getLogger(__name__)

#: A stream that was killed is replaced after so long; one that can't reach S3 for so long stops.
DURATION_S = 10.0
#: Parts of the duration. A renewal every third: two may fail. A check holds for a fifth: a commit takes a second.
_RENEW, _RETRY, _TIMEOUT, _MARGIN = 1 / 3, 1 / 20, 1 / 5, 1 / 5


class LeaseLostError(FailedError):
    """The lease is not, or not certainly, ours any more: write nothing. One sentence for a person."""


class Lease:
    """A lease that is ours, renewed by a thread until `release`. Made by `take`.

    It stops a process that was paused (SIGSTOP, a suspended machine) or cut off: its next `check` raises. What it
    can't stop is a pause between a `check` and the write that it was for: that write must fail by itself.
    """

    def __init__(self, term: Term) -> None:
        self._term = term
        self._trouble = "this process was paused"
        self._lost: str | None = None
        self._released = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)
        self._thread.start()

    @classmethod
    def take(cls, uri: str, holder: str, wait_s: float = 0.0, duration_s: float = DURATION_S) -> "Lease":
        """The lease on the object at `uri` (`s3://bucket/key`), for `holder` ("process 7 on host").

        A holder that shows to be alive is waited for `wait_s`; one that doesn't, for a little longer than its lease
        lasts, then it is replaced. A first one has it at once. Needs s3:GetObject, PutObject and ListBucket.

        Raises:
            LeaseHeldError: someone else has it; the sentence says who and since when.
            LeaseError: S3 refuses or can't be reached.
        """
        since = f"{datetime.now(timezone.utc):%F %T} UTC"
        record = Record(uuid.uuid4().hex, holder, since, duration_s)
        return cls(Claim(LeaseObject(uri, duration_s * _TIMEOUT), record, wait_s).win())

    @property
    def token(self) -> str:
        """Tells this taking of the lease from all others."""
        return self._term.record.token

    def check(self) -> None:
        """Return while nobody else can have the lease for another fifth of its duration. Asks nobody: microseconds.

        Raises:
            LeaseLostError: that is not certain. From then on always.
        """
        if self._lost is None and self._left_s() < self._term.record.duration_s * _MARGIN:
            self._lose(f"it was not renewed in time: {self._trouble}")
        if self._lost is not None:
            raise LeaseLostError(f"{self._term.place.uri} is lost, nothing more is written: {self._lost}")

    def release(self) -> None:
        """End the renewing and let the next one in. Safe to call again. What S3 doesn't hear ends by itself."""
        self._released.set()
        self._thread.join(timeout=self._term.record.duration_s)
        if self._lost is not None or self._thread.is_alive():
            return
        self._lose("it was released")
        try:
            self._term.give_back()
        except (NoAnswerError, LeaseError) as error:
            log.warning("%s could not be given back: %s", self._term.place.uri, error)

    def __enter__(self) -> "Lease":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _left_s(self) -> float:
        return self._term.left_s

    def _lose(self, why: str) -> None:
        self._lost = self._lost or why

    def _renew(self) -> None:
        """Until released or lost. Once it has ended, it is over: others may have it already."""
        pause = _RENEW
        while not self._released.wait(self._term.record.duration_s * pause):
            if self._left_s() <= 0:
                self._lose(f"it was not renewed in time: {self._trouble}")
            if self._lost is not None:
                return
            pause = self._extend()

    def _extend(self) -> float:
        """Renew once; returns when to do so again, in parts of the duration."""
        try:
            self._term.extend()
        except TakenError as error:
            self._lose(str(error))
        except (NoAnswerError, LeaseError) as error:
            self._trouble = str(error)
            return _RETRY
        return _RENEW
