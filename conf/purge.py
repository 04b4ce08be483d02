"""What a table's latest version does not hold, off the disk: for good, and for every reader."""

from collections.abc import Callable

from deltalake import DeltaTable, PostCommitHookProperties

from conf.delta_log import LAST_CHECKPOINT, LogFile, list_log, remove_files
from conf.lake import Lake
from schemas.table import Table

#: Delta-rs would make checkpoints and clean logs after a commit as it thinks best.
NO_HOOKS = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


def remove_unused(place: str, table: DeltaTable, check: Callable[[], None], hours: int | None = None) -> None:
    """Remove the files of the table at `place` that no version of the last `hours` has; None: as its properties say.

    `check` raises where another process may have become the table's writer. It is asked when the files are known by
    name: a process that was paused while it listed them would take what its successor has committed for unused. No
    name comes twice, so a pause after that does no harm.

    Raises:
        OSError, DeltaError: it could not be done to its end.
    """
    unused = table.vacuum(retention_hours=hours, enforce_retention_duration=hours is None, dry_run=True, full=True)
    check()
    remove_files(place, unused)


def purge(lake: Lake, schema: Table, check: Callable[[], None]) -> None:
    """Remove all files that the latest version doesn't need, and the log before it: no time travel leads back.

    The log goes, too, as it has the least and greatest values of each file. Only for who alone writes the table, while
    nobody reads it: readers of an earlier version fail. Safe to be killed at any point, and to be repeated; `check` as
    in `remove_unused`.

    Raises:
        OSError, DeltaError: it could not be done to its end.
    """
    table = lake.open(schema)
    if table is None:
        return
    uri, version = lake.uri(schema.name), table.version()
    remove_unused(uri, table, check, hours=0)
    table.create_checkpoint()
    unneeded = [file.name for file in list_log(uri) if _is_before(file, version)]
    check()
    remove_files(f"{uri}/_delta_log", unneeded)


def _is_before(file: LogFile, version: int) -> bool:
    """Whether a file of the log is not needed from `version` on, of which there is a checkpoint."""
    return file.name != LAST_CHECKPOINT and (file.version is None or file.version < version)
