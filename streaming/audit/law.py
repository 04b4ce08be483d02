"""The law between ledger and features, and within the ledger. Pure numpy, O(n log n)."""

from collections.abc import Iterator

import numpy as np

from streaming.audit.findings import Finding, finding
from streaming.audit.tables import REASONS, STATUSES, Announced, Bools, Chain, Ints, Rows

_NEW, _RETRY = REASONS.index("new"), REASONS.index("retry")
_DEFERRED = STATUSES.index("deferred")


def breaches(ledger: Announced, rows: Rows) -> Iterator[Finding]:
    """What contradicts the law; findings may be empty. `rows` were read first, so each must have been announced."""
    yield from _numbers(ledger)
    yield finding("chain", ledger.seq[~_chained(ledger)])
    yield finding("retry", _needless(ledger, rows))
    last = int(rows.seq[-1]) if len(rows.seq) else 0
    announced = np.unique(ledger.seq)
    yield finding("lost", np.setdiff1d(announced[announced <= last], rows.seq))
    yield finding("doubled", _repeated(rows.seq))
    at, known = _places(ledger.seq, rows.seq)
    yield finding("stray", rows.seq[~known])
    yield finding("wrong_version", rows.seq[known & ~_same(ledger, rows, at, ("path", "etag"))])
    chain = _same(ledger, rows, at, ("version", "supersedes", "attempt", "reason"))
    yield finding("wrong_chain", rows.seq[known & ~chain])
    yield finding("wrong_state", rows.seq[~rows.sound])


def states(ledger: Announced, rows: Rows) -> tuple[Ints, Ints]:
    """The latest announcement of each version, and the index in STATUSES of its row; -1: none yet."""
    order = np.lexsort((ledger.seq, ledger.version))
    last = np.append(np.diff(ledger.version[order]) != 0, True)[: len(order)]
    latest = ledger.seq[order][last]
    at, known = _places(rows.seq, latest)
    status = np.full(len(latest), -1)
    status[known] = rows.status[at[known]]
    return latest, status


def _numbers(ledger: Announced) -> Iterator[Finding]:
    """1, 2, 3, ...: what is missing, and what is there twice."""
    there = np.concatenate(([0], np.unique(ledger.seq)))
    jumps = np.flatnonzero(np.diff(there) > 1)
    missing = [f"{a + 1} to {b - 1}" if b - a > 2 else f"{a + 1}" for a, b in zip(there[jumps], there[jumps + 1])]  # noqa: B905
    count = int((np.diff(there) - 1).sum())
    yield Finding("ledger_gaps", count, tuple(missing[:5]))
    yield finding("ledger_duplicates", _repeated(ledger.seq))


def _repeated(seq: Ints) -> Ints:
    """The ones too many of a sorted array."""
    repeated: Ints = seq[1:][np.diff(seq) == 0]
    return repeated


def _places(of: Ints, seq: Ints) -> tuple[Ints, Bools]:
    """Where in the sorted `of` each `seq` is, and whether it is there at all."""
    if not len(of):
        return np.zeros(len(seq), np.int64), np.zeros(len(seq), bool)
    at = np.minimum(np.searchsorted(of, seq), len(of) - 1)
    return at, of[at] == seq


def _same(ledger: Chain, rows: Chain, at: Ints, columns: tuple[str, ...]) -> Bools:
    equal = np.ones(len(rows.seq), bool)
    if len(ledger.seq):
        for name in columns:
            equal &= getattr(ledger, name)[at] == getattr(rows, name)
    return equal


def _chained(ledger: Announced) -> Bools:
    """Whether each announcement follows from those before it."""
    return np.where(ledger.reason == _NEW, _new_versions(ledger), _again(ledger)) & _attempts(ledger)


def _new_versions(ledger: Announced) -> Bools:
    """A new version is named by its own seq, and supersedes the one before of its path, which had another ETag."""
    right = np.asarray(ledger.version == ledger.seq)
    (new,) = np.nonzero(ledger.reason == _NEW)
    order = new[np.lexsort((ledger.seq[new], ledger.path[new]))]
    follows = np.append(False, np.diff(ledger.path[order].view(np.int64)) == 0)[: len(order)]
    before = np.roll(order, 1)
    right[order] &= ledger.supersedes[order] == np.where(follows, ledger.version[before], 0)
    right[order] &= ~follows | (ledger.etag[order] != ledger.etag[before])
    return right


def _again(ledger: Announced) -> Bools:
    """A retry or replay is of a version announced before, and says the same of it."""
    first, there = _places(ledger.seq, ledger.version)
    right = there & (ledger.version < ledger.seq) & (ledger.reason < len(REASONS))
    if len(ledger.seq):
        right &= ledger.reason[first] == _NEW
    return right & _same(ledger, ledger, first, ("path", "etag", "supersedes"))


def _attempts(ledger: Announced) -> Bools:
    """1, 2, 3, ... of each version."""
    right = np.ones(len(ledger.seq), bool)
    order, follows = _by_version(ledger)
    right[order] = ledger.attempt[order] == np.where(follows, ledger.attempt[np.roll(order, 1)] + 1, 1)
    return right


def _needless(ledger: Announced, rows: Rows) -> Ints:
    """Retries whose version had no deferred row before. What came after the last row that was read isn't asked."""
    order, follows = _by_version(ledger)
    retries = follows & (ledger.reason[order] == _RETRY)
    seq, before = ledger.seq[order][retries], ledger.seq[np.roll(order, 1)][retries]
    at, known = _places(rows.seq, before)
    needless = np.zeros(len(seq), bool)
    needless[known] = rows.status[at[known]] != _DEFERRED
    return np.sort(seq[needless])


def _by_version(ledger: Announced) -> tuple[Ints, Bools]:
    """The announcements of each version in their order, and which of them isn't the first one."""
    order = np.lexsort((ledger.seq, ledger.version))
    return order, np.append(False, np.diff(ledger.version[order]) == 0)[: len(order)]
