"""Rows that nobody needs any more, out of a table and off the disk."""

from collections.abc import Callable
from datetime import timedelta

from deltalake import DeltaTable

from conf.purge import remove_unused

#: Files of removed rows stay so long for readers that are under way.
VACUUM_AFTER = timedelta(days=1)


def remove(place: str, table: DeltaTable, predicate: str, check: Callable[[], None]) -> None:
    """Delete the rows of the table at `place` that fit `predicate` in one commit, and the files of no recent version.

    Recent: of the last day. Among these files are what a refit that was killed has written. `check` raises where
    another refit may have the lake by now: no file is removed then.
    """
    table.delete(predicate)
    remove_unused(place, table, check, hours=int(VACUUM_AFTER.total_seconds() // 3600))
