"""How long a lease is certainly ours: from the moment at which its last successful write *began*.

Others count from when they first see that write, which is later. So no two clocks are ever compared: only their
rates matter, and of those the margin takes care.
"""

from dataclasses import dataclass, field, replace

from conf.boot_clock import boot_s
from conf.lease_object import LeaseObject, NoAnswerError, Record


class TakenError(Exception):
    """The object is not ours; `record` is whose it is, None if it is gone."""

    def __init__(self, record: Record | None) -> None:
        super().__init__(f"{record.holder} holds it since {record.since}" if record else "the object was removed")
        self.record = record


@dataclass
class Term:
    """One taking of a lease. `ends_s` (boot clock) only moves on; it is in the past until the first `write`."""

    place: LeaseObject
    record: Record
    ends_s: float = field(default=float("-inf"), init=False)
    _etag: str | None = field(default=None, init=False)

    @property
    def left_s(self) -> float:
        """Seconds for which nobody else can have the lease; below 0 when that is over."""
        return self.ends_s - boot_s()

    def write(self, over: str | None, *, free: bool = False) -> bool:
        """Write the record, counted up, where the ETag is `over` (None: nothing); False: the object is another one.

        Raises:
            NoAnswerError: it is not known whether it was written; `ends_s` has not moved.
            LeaseError: S3 refuses.
        """
        # Counted also when there is no answer: a write that arrives late differs from all others.
        self.record = replace(self.record, count=self.record.count + 1, free=free)
        began = boot_s()
        etag = self.place.write(self.record, over)
        if etag is None:
            return False
        self._etag, self.ends_s = etag, began + self.record.duration_s
        return True

    def extend(self) -> None:
        """Renew it, from now on for its whole duration.

        Raises:
            TakenError: someone else has it, or the object is gone. That doesn't change any more.
            NoAnswerError: not known; `ends_s` has not moved. Try again.
            LeaseError: S3 refuses.
        """
        if self.write(self._etag):
            return
        # Perhaps a write of ours, whose answer was lost: it is known by its token, and overwritten.
        found = self.place.read()
        if found is None or found[0].token != self.record.token:
            raise TakenError(found and found[0])
        self._etag = found[1]
        if not self.write(self._etag):
            raise NoAnswerError("the lease is written by someone else at the same time")

    def give_back(self) -> None:
        """Say that it is free, if it is still ours; raises NoAnswerError or LeaseError, then it ends by itself."""
        self.write(self._etag, free=True)
        self.ends_s = float("-inf")
