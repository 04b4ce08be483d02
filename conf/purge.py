"""What a table's latest version does not hold, off the disk: for good, and for every reader."""

import re

from deltalake import PostCommitHookProperties
from deltalake.fs import DeltaStorageHandler
from pyarrow.fs import FileSelector, FileType, PyFileSystem

from conf.lake import Lake
from schemas.table import Table

#: Delta-rs would make checkpoints and clean logs after a commit as it thinks best.
NO_HOOKS = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)

_LOG = "_delta_log"
_VERSION = re.compile(r"\D*(\d{20})\D")
_LAST_CHECKPOINT = "_last_checkpoint"


def purge(lake: Lake, schema: Table) -> None:
    """Remove all files that the latest version doesn't need, and the log before it: no time travel leads back.

    The log goes, too, as it has the least and greatest values of each file. Only for who alone writes the table, while
    nobody reads it: readers of an earlier version fail. Safe to be killed at any point, and to be repeated.
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
    files = PyFileSystem(DeltaStorageHandler(lake.uri(schema.name), lake.storage_options()))
    found = files.get_file_info(FileSelector(_LOG, recursive=True))
    for info in sorted(found, key=lambda info: str(info.path)):
        if info.type == FileType.File and _is_before(str(info.base_name), table.version()):
            files.delete_file(info.path)


def _is_before(name: str, version: int) -> bool:
    """Whether a file of the log is not needed from `version` on, of which there is a checkpoint."""
    found = _VERSION.match(name)
    return name != _LAST_CHECKPOINT and (found is None or int(found[1]) < version)
