"""The ledger kept small, by its one writer between two appends: files merged, log and replaced files removed."""

import logging

import numpy as np
import pyarrow as pa
from deltalake import DeltaTable, PostCommitHookProperties, WriterProperties
from deltalake.exceptions import DeltaError

from conf.failpoints import failpoint

log = logging.getLogger(__name__)

#: Each append is a file and a log entry: a reader meets at most so many small ones of each. Merging them takes 0.2 s.
MERGE_EVERY = 100
#: Removing lists the whole table: some 3,600 names where there is an append a second.
REMOVE_EVERY = 1_000
#: Bytes. Files below SMALL are merged up to SMALL; when there are MANY from half of SMALL to half of BIG, all below BIG
#: are merged up to BIG, some 400,000 rows. So no merge rewrites more than about 3 * BIG, however long the ledger is.
SMALL, BIG, MANY = 256 * 2**10, 16 * 2**20, 64
#: Merged files; a row group is the least that is read of one for the rows of a batch.
MERGED = WriterProperties(compression="ZSTD", max_row_group_size=16_384)

#: Delta-rs would look for a checkpoint to make and a log to clean after every commit; here it is done when it is due.
NO_HOOKS = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


def is_due(since: int, version: int) -> bool:
    """Whether a table that was looked after (or opened) at version `since` should be now."""
    return version // MERGE_EVERY > since // MERGE_EVERY


def look_after(table: DeltaTable, since: int) -> None:
    """Merge, write a checkpoint and, now and then, remove what nobody reads any more. Open the table anew after it.

    Safe to kill at any point: a merge is one commit that replaces files by one with the same rows, and what it wrote
    before belongs to nothing and is removed later; a checkpoint is a file that appears whole, and only what lies
    before one is removed from the log. Readers that began before go on: what was replaced stays for as long as the
    table's properties say. Whatever fails is left for the next time, for the ledger is no less right without it.
    """
    removing = table.version() // REMOVE_EVERY > since // REMOVE_EVERY
    try:
        table.optimize.compact(
            target_size=_target(table), writer_properties=MERGED, post_commithook_properties=NO_HOOKS
        )
        failpoint("ledger-merged")
        table.create_checkpoint()
        failpoint("ledger-checkpointed")
        if removing:
            table.vacuum(dry_run=False, full=True, post_commithook_properties=NO_HOOKS)
            table.cleanup_metadata()
    except (DeltaError, OSError) as error:
        log.warning("the ledger was not compacted, which will be tried again: %s", error)


def _target(table: DeltaTable) -> int:
    """Up to which size files are merged: BIG when there are many in between."""
    sizes = np.asarray(pa.table(table.get_add_actions())["size_bytes"])
    return BIG if np.count_nonzero((sizes >= SMALL // 2) & (sizes < BIG // 2)) >= MANY else SMALL
