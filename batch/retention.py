"""Rows that nobody needs any more, out of a table and off the disk."""

from datetime import timedelta

from deltalake import DeltaTable

#: Files of removed rows stay so long for readers that are under way.
VACUUM_AFTER = timedelta(days=1)


def remove(table: DeltaTable, predicate: str) -> None:
    """Delete the rows that fit `predicate` in one commit, and the files that no version of the last day has.

    Among these are what a refit that was killed has written.
    """
    table.delete(predicate)
    hours = int(VACUUM_AFTER.total_seconds() // 3600)
    table.vacuum(retention_hours=hours, dry_run=False, enforce_retention_duration=False, full=True)
