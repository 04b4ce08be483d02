"""Taking a lease from nobody, from someone who gave it back, or from someone who is dead."""

import random
import time
from dataclasses import dataclass, field

from conf.boot_clock import boot_s
from conf.lease_object import LeaseError, LeaseObject, NoAnswerError, Record
from conf.lease_term import TakenError, Term

#: A new holder writes twice, so long apart. On servers that check and write in two steps (versitygw 1.7.0) two
#: first writes that arrive together may both succeed, but only the one that lies there can be renewed.
SETTLE_S = 0.25
#: Of the duration, added to it: clocks may run so much faster or slower than others.
_DRIFT = 0.1


class ContendedError(NoAnswerError):
    """S3 answers, but whose the lease is can't be told yet."""

    def __init__(self) -> None:
        super().__init__("someone else writes it at this moment")


class LeaseHeldError(LeaseError):
    """Someone else holds the lease, and is alive. `record` says who."""

    def __init__(self, uri: str, record: Record) -> None:
        super().__init__(f"{uri} is held by {record.holder} since {record.since}")
        self.record = record


@dataclass
class _Watch:
    """What was seen of the object so far. Nobody's clock but our own counts."""

    etag: str | None = None
    since_s: float = 0.0
    renewed: bool = False

    def see(self, record: Record, etag: str) -> None:
        if etag != self.etag:
            self.renewed = self.etag is not None and not record.free
            self.etag, self.since_s = etag, boot_s()

    def is_alive(self, record: Record) -> bool:
        """Whether the record was renewed under our eyes, not long ago."""
        return self.renewed and boot_s() - self.since_s < record.duration_s / 2

    def is_dead(self, record: Record) -> bool:
        """Whether the record was not renewed for longer than it lasts, all of it under our eyes."""
        return boot_s() - self.since_s > record.duration_s * (1 + _DRIFT)


@dataclass
class Claim:
    """One attempt at a lease. A living holder is waited for `wait_s`; a silent one until it is certainly dead."""

    place: LeaseObject
    record: Record
    wait_s: float
    _watch: _Watch = field(default_factory=_Watch, init=False)

    def win(self) -> Term:
        """The lease, ours from now on.

        Raises:
            LeaseHeldError: it was renewed by someone else, and is not given back after `wait_s`.
            LeaseError: S3 refuses, or does not tell whose it is for longer than the lease lasts.
        """
        began = answered = boot_s()
        term = Term(self.place, self.record)
        while True:
            try:
                held = self._attempt(term)
                if held is None:
                    return term
                answered = boot_s()
                if self._watch.is_alive(held) and answered - began >= self.wait_s:
                    raise LeaseHeldError(self.place.uri, held)
            except NoAnswerError as error:
                patience = self.wait_s if isinstance(error, ContendedError) else 0.0
                if boot_s() - answered > max(patience, self.record.duration_s):
                    raise LeaseError(f"{self.place.uri} can't be reached: {error}") from error
            time.sleep(self.record.duration_s / 10 * random.uniform(0.5, 1.5))  # noqa: S311  (out of step with others)

    def _attempt(self, term: Term) -> Record | None:
        """None: won. Else whose it is; raises NoAnswerError where that is not known."""
        record, etag = self.place.read() or (None, None)
        if record is None or etag is None:
            if not term.write(None):
                raise ContendedError
            return self._settled(term)
        self._watch.see(record, etag)
        # Ours already: a write whose answer was lost.
        if record.free or record.token == self.record.token or self._watch.is_dead(record):
            return self._settled(term) if term.write(etag) else record
        return record

    def _settled(self, term: Term) -> Record | None:
        time.sleep(SETTLE_S)
        try:
            term.extend()
        except TakenError as error:
            if error.record is None:
                raise ContendedError from error
            return error.record
        return None
