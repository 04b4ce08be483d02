"""Rows that nobody needs any more, out of a table and off the disk."""

from collections.abc import Callable
from datetime import timedelta

from conf.lake import Lake
from conf.purge import remove_unused
from schemas.table import Table

#: Files of removed rows stay so long for readers that are under way.
VACUUM_AFTER = timedelta(days=1)


def remove(lake: Lake, schema: Table, predicate: str, check: Callable[[], None]) -> None:
    """Delete the rows that fit `predicate` in one commit, and the files that no version of the last day has.

    Among these are what a refit that was killed has written. `check` raises where another refit may have the lake by
    now: nothing of its files is removed then.
    """
    table = lake.open_or_create(schema)
    table.delete(predicate)
    remove_unused(lake.uri(schema.name), table, check, hours=int(VACUUM_AFTER.total_seconds() // 3600))
