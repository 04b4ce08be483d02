"""Where a lake keeps what, and its tables opened without a JVM."""

import os
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError

from conf.delta_errors import reason
from conf.errors import UserError
from conf.locations import is_s3
from schemas.table import Table

#: Table properties of ours.
LAKE_ID = "verger.lake_id"
SCHEMA_VERSION = "verger.schema_version"


class LakeError(UserError):
    """The lake's tables can't be used as they are; the message is one sentence for a person."""


@dataclass(frozen=True)
class Lake:
    """The root of everything written: a folder, or an `s3://` prefix."""

    root: str

    def uri(self, table: str) -> str:
        """Where the table named so lies."""
        return f"{self.root}/tables/{table}"

    def beside(self, name: str) -> Path:
        """A file of this machine that belongs to the lake: in its folder, or for S3 among the temporary files."""
        if not is_s3(self.root):
            return Path(self.root) / name
        digest = sha256(self.root.encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"verger-{os.getuid()}" / digest / name

    def storage_options(self) -> dict[str, str]:
        """What delta-rs needs to reach the lake; empty for a folder."""
        if not is_s3(self.root):
            return {}
        from conf.s3 import delta_storage_options

        return delta_storage_options()

    def open(self, table: Table) -> DeltaTable | None:
        """The table at its latest version, or None where there is none.

        Raises:
            LakeError: it is a table of another schema version, or can't be read.
        """
        found = self.open_any(table)
        version = table.version if found is None else schema_version(found)
        if version != table.version:
            fix = "use the Verger release that made it, or another lake"
            raise LakeError(
                f"table {table.name} in {self.root} has schema version {version}, this program writes "
                f"{table.version}: {'run `verger upgrade`' if 0 < version < table.version else fix}"
            )
        return found

    def open_any(self, table: Table) -> DeltaTable | None:
        """The same, of whatever schema version. Raises LakeError where it can't be read."""
        try:
            return DeltaTable(self.uri(table.name), storage_options=self.storage_options())
        except TableNotFoundError:
            self._check_right(table)
            return None
        except (DeltaError, OSError) as error:
            raise LakeError(f"table {table.name} in {self.root} can't be read: {reason(error)}") from error

    def _check_right(self, table: Table) -> None:
        """Raise LakeError if this user may not see whether the table is there: delta-rs says then that it is not."""
        if is_s3(self.root):
            return
        try:
            Path(f"{self.uri(table.name)}/_delta_log").stat()
        except PermissionError as error:
            raise LakeError(
                f"table {table.name} in {self.root} can't be read: {error.strerror}; give this user the right"
            ) from error
        except OSError:
            return

    def open_or_create(self, table: Table) -> DeltaTable:
        """The table at its latest version; made empty where there is none. Raises LakeError as `open` does."""
        return self.open(table) or self.create(table, {})

    def create(self, table: Table, properties: dict[str, str]) -> DeltaTable:
        """Make the empty table with `properties` beside its own; atomic: it is there whole, or not at all."""
        return DeltaTable.create(
            self.uri(table.name),
            table.delta(),
            name=table.name,
            description=table.comment,
            partition_by=table.partition_by,
            configuration={**table.properties(), **properties},
            storage_options=self.storage_options(),
            raise_if_key_not_exists=False,  # keys of ours are none of Delta's
        )


def schema_version(table: DeltaTable) -> int:
    """Which version of our columns it has; 0 for a table that is not ours."""
    text = table.metadata().configuration.get(SCHEMA_VERSION) or ""
    return int(text) if text.isdecimal() else 0


def max_seq(table: DeltaTable) -> int:
    """The greatest `seq` of a table, from its files' statistics (no file is opened); 0 for an empty one."""
    files = pa.table(table.get_add_actions(flatten=True))
    if files.num_rows == 0:
        return 0
    greatest = pc.max(files["max.seq"], skip_nulls=False, min_count=1).as_py()
    if greatest is None:  # a file written by others without statistics
        greatest = pc.max(table.to_pyarrow_dataset().to_table(columns=["seq"])["seq"]).as_py()
    return int(greatest or 0)


def row_count(table: DeltaTable) -> int:
    """Rows of a table, from its log alone."""
    return int(pc.sum(pa.table(table.get_add_actions(flatten=True))["num_records"]).as_py() or 0)
