"""A table's definition, once: columns with types and descriptions, turned into Arrow, Spark and Delta forms."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pyarrow as pa

if TYPE_CHECKING:
    from deltalake import Schema as DeltaSchema
    from pyspark.sql.types import StructType

#: The type of a column, as Spark's SQL spells it (Delta's own spelling for the atomic ones).
Type = Literal[
    "string", "long", "int", "float", "double", "boolean", "binary", "timestamp", "struct",
    "array<float>", "array<double>", "array<array<double>>", "array<string>", "map<string,long>",
]  # fmt: skip

_ARROW: dict[Type, pa.DataType] = {
    "string": pa.string(),
    "long": pa.int64(),
    "int": pa.int32(),
    "float": pa.float32(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "binary": pa.binary(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "array<float>": pa.list_(pa.float32()),
    "array<double>": pa.list_(pa.float64()),
    "array<array<double>>": pa.list_(pa.list_(pa.float64())),
    "array<string>": pa.list_(pa.string()),
    "map<string,long>": pa.map_(pa.string(), pa.int64()),
}


@dataclass(frozen=True)
class Column:
    """One column. `indexed`: readers filter on it, so files keep its minimum and maximum; `fields`: of a struct."""

    name: str
    type: Type
    comment: str
    nullable: bool = False
    indexed: bool = False
    fields: tuple["Column", ...] = ()

    def arrow(self) -> pa.Field:
        """The column as an Arrow field; its metadata holds its description."""
        of = pa.struct([field.arrow() for field in self.fields]) if self.fields else _ARROW[self.type]
        return pa.field(self.name, of, self.nullable, {"comment": self.comment})


@dataclass(frozen=True)
class Table:
    """A Delta table of the lake. `version` counts changes of its columns; a lake of another version is refused.

    `partition_by`: the column whose values have folders. `keep`: so long, as Delta spells it, its log and replaced
    files stay for readers that are under way.
    """

    name: str
    version: int
    comment: str
    columns: tuple[Column, ...]
    partition_by: str | None = None
    keep: str | None = None

    def arrow(self) -> pa.Schema:
        """The columns as an Arrow schema, in order; a field's metadata holds its description."""
        return pa.schema([column.arrow() for column in self.columns])

    def spark(self) -> "StructType":
        """The columns as a Spark schema, in order."""
        from pyspark.sql.pandas.types import from_arrow_schema

        return from_arrow_schema(self.arrow())

    def delta(self) -> "DeltaSchema":
        """The columns as a Delta schema, with their descriptions."""
        from deltalake import Schema

        return Schema.from_arrow(self.arrow())

    def properties(self) -> dict[str, str]:
        """Table properties: our version, statistics only on the columns that are filtered."""
        return {
            "verger.schema_version": str(self.version),
            "delta.dataSkippingStatsColumns": ",".join(c.name for c in self.columns if c.indexed),
            # A checkpoint every tenth commit (the default) costs a batch 2 to 4 s each time.
            "delta.checkpointInterval": "100",
            **({f"delta.{name}RetentionDuration": self.keep for name in ("log", "deletedFile")} if self.keep else {}),
        }
