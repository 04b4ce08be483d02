"""Table `features` kept small, by its one writer between two batches: replaced files, and the old log, are removed.

Spark merges its files itself, after a batch (`delta.autoOptimize.autoCompact`), and makes its checkpoints.
"""

import logging
import re
from datetime import datetime, timedelta, timezone

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from conf.delta_log import list_log, remove_log
from conf.purge import NO_HOOKS

log = logging.getLogger(__name__)

#: Commits, two of each batch that is merged. Removing lists the whole table: a day's files, and those that are merged.
EVERY = 1_000
_INTERVAL = re.compile(r"interval (\d+) (second|minute|hour|day|week)s?", re.IGNORECASE)


def is_due(since: int, version: int) -> bool:
    """Whether a table that was tidied (or opened) at version `since` should be now."""
    return version // EVERY > since // EVERY


def tidy(table: DeltaTable, uri: str) -> None:
    """Remove files of the table at `uri` that belong to no version within the table's retention, and the log before it.

    For its one writer. Readers go on for as long as the table's properties say: `delta.deletedFileRetentionDuration`,
    and `delta.logRetentionDuration`, which is to be no longer. What a batch that was killed has left goes, too. Safe to
    kill at any point; what fails is left for the next time, for the table is no less right without it.
    """
    try:
        table.vacuum(dry_run=False, full=True, post_commithook_properties=NO_HOOKS)
        remove_old_log(table, uri)
    except (DeltaError, OSError) as error:
        log.warning("old files of %s were not removed, which will be tried again: %s", uri, error)


def remove_old_log(table: DeltaTable, uri: str) -> None:
    """Remove the log before the latest checkpoint that is older than the table's retention; raises OSError.

    Spark would remove a day's files at midnight, one by one, and no batch would come meanwhile: in S3 for minutes.
    """
    found = _INTERVAL.fullmatch(table.metadata().configuration.get("delta.logRetentionDuration") or "")
    if found is None:
        return
    old = datetime.now(timezone.utc) - timedelta(**{f"{found[2].lower()}s": int(found[1])})
    files = [(file, file.version) for file in list_log(uri)]
    first = max((v for file, v in files if v and ".checkpoint." in file.name and file.modified < old), default=0)
    remove_log(uri, [file.name for file, version in files if version is not None and version < first])
