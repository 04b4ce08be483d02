"""Which versions a replay is for."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.dataset as pds
from numpy.typing import NDArray

from conf.lake import Lake, LakeError
from schemas.features import FEATURES
from streaming.landing.batches import batches
from streaming.landing.ledger import Ledger
from streaming.requests.request import Replay, matcher

Seqs = NDArray[np.int64]


def matching(lake: Lake, ledger: Ledger, replay: Replay) -> Seqs:
    """The latest announcements (n,), ascending, of the versions that are to be announced again.

    These are the versions that are the latest known of their path (no other can be read any more), whose latest
    announcement was made up to `replay.upto` and has a row that is `ok` or `rejected` (any other is tried again as it
    is), and fits. What was forgotten has no path to be read from. Reads both tables once, and holds 9 bytes for each
    announcement.

    Raises:
        LakeError: there is no table of features.
    """
    features = lake.open(FEATURES)  # before the ledger is read: its rows are all in there
    if features is None:
        raise LakeError(f"there is no features table in {lake.root}")
    ledger.refresh()
    latest, superseded = _announced(ledger)
    fits: Callable[[str], bool] = matcher(replay.path) if replay.path is not None else lambda _: True
    found: list[Seqs] = [np.empty(0, np.int64)]
    for batch in batches(features, ["seq", "version", "path"], _where(replay)):
        seqs, versions = batch["seq"].to_numpy(), batch["version"].to_numpy()
        meant = (latest[versions] == seqs) & ~superseded[versions]
        paths = batch["path"].filter(pa.array(meant)).to_pylist()
        found.append(seqs[meant][np.fromiter(map(fits, paths), np.bool_, len(paths))])
    return np.sort(np.concatenate(found))


def _announced(ledger: Ledger) -> tuple[Seqs, NDArray[np.bool_]]:
    """(head + 1,) each, by version: its latest announcement; whether another version has come after it."""
    latest, superseded = np.zeros(ledger.head + 1, np.int64), np.zeros(ledger.head + 1, np.bool_)
    for batch in ledger.batches(["seq", "version", "supersedes"]):
        np.maximum.at(latest, batch["version"].to_numpy(), batch["seq"].to_numpy())
        superseded[batch["supersedes"].drop_null().to_numpy()] = True
    return latest, superseded


def _where(replay: Replay) -> pds.Expression:
    """What the files' statistics and Arrow can tell of a row."""
    where = pds.field("status").isin(["ok", "rejected"]) & (pds.field("seq") <= replay.upto)
    where &= pds.field("error_code").is_null() | (pds.field("error_code") != "forgotten")
    if replay.code is not None:
        where &= pds.field("error_code") == replay.code
    if replay.model is not None:
        where &= pds.field("model_id") == replay.model
    if replay.since is not None:
        where &= pds.field("featurized_at") >= pa.scalar(replay.since, pa.timestamp("us", "UTC"))
    if replay.until is not None:
        where &= pds.field("featurized_at") < pa.scalar(replay.until, pa.timestamp("us", "UTC"))
    return where
