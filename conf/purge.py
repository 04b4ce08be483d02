"""What a table's latest version does not hold, off the disk: for good, and for every reader."""

from deltalake import PostCommitHookProperties

from conf.delta_log import LAST_CHECKPOINT, LogFile, list_log, remove_log
from conf.lake import Lake
from schemas.table import Table

#: Delta-rs would make checkpoints and clean logs after a commit as it thinks best.
NO_HOOKS = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


def purge(lake: Lake, schema: Table) -> None:
    """Remove all files that the latest version doesn't need, and the log before it: no time travel leads back.

    The log goes, too, as it has the least and greatest values of each file. Only for who alone writes the table, while
    nobody reads it: readers of an earlier version fail. Safe to be killed at any point, and to be repeated.

    Raises:
        OSError, DeltaError: it could not be done to its end.
    """
    table = lake.open(schema)
    if table is None:
        return
    table.vacuum(
        retention_hours=0,
        dry_run=False,
        enforce_retention_duration=False,
        full=True,
        post_commithook_properties=NO_HOOKS,
    )
    table.create_checkpoint()
    uri, version = lake.uri(schema.name), table.version()
    remove_log(uri, [file.name for file in list_log(uri) if _is_before(file, version)])


def _is_before(file: LogFile, version: int) -> bool:
    """Whether a file of the log is not needed from `version` on, of which there is a checkpoint."""
    return file.name != LAST_CHECKPOINT and (file.version is None or file.version < version)
