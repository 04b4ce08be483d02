"""A table's definition, once: columns with types and descriptions, turned into Arrow, Spark and Delta forms."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pyarrow as pa

if TYPE_CHECKING:
    from deltalake import Schema as DeltaSchema
    from pyspark.sql.types import StructType

#: The type of a column, as Spark's SQL spells it (Delta's own spelling for the atomic ones).
Type = Literal["string", "long", "int", "float", "timestamp", "array<float>"]

_ARROW: dict[Type, pa.DataType] = {
    "string": pa.string(),
    "long": pa.int64(),
    "int": pa.int32(),
    "float": pa.float32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "array<float>": pa.list_(pa.float32()),
}


@dataclass(frozen=True)
class Column:
    """One column. `indexed`: readers filter on it, so files keep its minimum and maximum."""

    name: str
    type: Type
    comment: str
    nullable: bool = False
    indexed: bool = False


@dataclass(frozen=True)
class Table:
    """A Delta table of the lake. `version` counts changes of its columns; a lake of another version is refused.

    `auto_compact`: Spark merges its small files after a commit.
    """

    name: str
    version: int
    comment: str
    columns: tuple[Column, ...]
    auto_compact: bool = False

    def arrow(self) -> pa.Schema:
        """The columns as an Arrow schema, in order; a field's metadata holds its description."""
        return pa.schema([pa.field(c.name, _ARROW[c.type], c.nullable, {"comment": c.comment}) for c in self.columns])

    def spark(self) -> "StructType":
        """The columns as a Spark schema, in order."""
        from pyspark.sql.pandas.types import from_arrow_schema

        return from_arrow_schema(self.arrow())

    def delta(self) -> "DeltaSchema":
        """The columns as a Delta schema, with their descriptions."""
        from deltalake import Schema

        return Schema.from_arrow(self.arrow())

    def properties(self) -> dict[str, str]:
        """Table properties: our version, statistics only on the columns that are filtered, compaction."""
        return {
            "verger.schema_version": str(self.version),
            "delta.dataSkippingStatsColumns": ",".join(c.name for c in self.columns if c.indexed),
            # A checkpoint every tenth commit (the default) costs a batch 2 to 4 s each time.
            "delta.checkpointInterval": "100",
            **({"delta.autoOptimize.autoCompact": "true"} if self.auto_compact else {}),
        }
