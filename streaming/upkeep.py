"""A table kept small by its one writer, between two commits: files merged, log and replaced files removed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, WriterProperties
from deltalake.exceptions import DeltaError

from conf.delta_errors import reason
from conf.failpoints import failpoint
from conf.lake import Lake
from conf.purge import NO_HOOKS, remove_unused

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Upkeep:
    """What is done for the table `name`, and when.

    Every `merge_every` commits, each of which is some files and a log entry, files are merged, and a checkpoint is
    made; every `remove_every`, which lists the whole table, what nobody reads any more is removed.

    Bytes: files below `small` are merged up to `small`; when there are `many` from half of `small` to half of `big`,
    all below `big` are merged up to `big`. So no merge rewrites more than some 3 * `big`, however long the table is.
    `written`: how merged files are.
    """

    name: str
    merge_every: int
    remove_every: int
    small: int
    big: int
    many: int
    written: WriterProperties

    def is_due(self, since: int, version: int) -> bool:
        """Whether a table that was looked after (or opened) at version `since` should be now."""
        return version // self.merge_every > since // self.merge_every

    def look_after(self, lake: Lake, table: DeltaTable, since: int, check: Callable[[], None]) -> None:
        """Merge, write a checkpoint and, now and then, remove what nobody reads any more. Open the table anew after it.

        Safe to kill at any point: a merge is one commit that replaces files by one with the same rows, and what it
        wrote before belongs to nothing and is removed later, as is what a killed commit has left; a checkpoint is a
        file that appears whole, and only what lies before one is removed from the log. Readers that began before go
        on: what was replaced stays for as long as the table's properties say. Whatever fails is left for the next
        time, for the table is no less right without it; also a merge beside which another writer has committed.

        `check` raises where the table may be another's by now: nothing is removed then.
        """
        removing = table.version() // self.remove_every > since // self.remove_every
        try:
            table.optimize.compact(
                target_size=self._target(table),
                writer_properties=self.written,
                commit_properties=CommitProperties(max_commit_retries=0),
                post_commithook_properties=NO_HOOKS,
            )
            failpoint(f"{self.name}-merged")
            table.create_checkpoint()
            failpoint(f"{self.name}-checkpointed")
            if removing:
                remove_unused(lake.uri(self.name), table, check)
                table.cleanup_metadata()
        except (DeltaError, OSError) as error:
            log.warning("table %s was not looked after, which will be tried again: %s", self.name, reason(error))

    def _target(self, table: DeltaTable) -> int:
        """Up to which size files are merged: `big` when there are many in between."""
        sizes = np.asarray(pa.table(table.get_add_actions())["size_bytes"])
        between = (sizes >= self.small // 2) & (sizes < self.big // 2)
        return self.big if np.count_nonzero(between) >= self.many else self.small
