"""`verger upgrade`: brings the tables of a lake to the schema versions that this program reads and writes."""

from collections.abc import Callable, Mapping, Sequence

from deltalake import DeltaTable
from rich.console import Console

from conf.lake import SCHEMA_VERSION, Lake, LakeError, schema_version
from conf.locks import lock_lake
from schemas.components import COMPONENTS
from schemas.features import FEATURES
from schemas.ledger import LEDGER
from schemas.moments import MOMENTS
from schemas.projection import PROJECTION
from schemas.table import Table

TABLES = (FEATURES, LEDGER, COMPONENTS, PROJECTION, MOMENTS)

#: What makes a table of the next schema version, in one commit; nothing, if it was killed after that commit.
Step = Callable[[DeltaTable], None]
#: By a table's name and the version to start from. All tables are of version 1, the first one.
STEPS: Mapping[tuple[str, int], Step] = {}


def run_upgrade(
    lake: Lake, console: Console, tables: Sequence[Table] = TABLES, steps: Mapping[tuple[str, int], Step] = STEPS
) -> None:
    """Take each table from its version to that of `tables`, step by step, while nothing else works on the lake.

    Killed at any point, it goes on when it is run again: a table's version is raised after each step. There is no way
    back but a backup.

    Raises:
        LakeError: there is no lake, a stream or a refit works on it, or there is no way from a table's version to this.
    """
    if not any(lake.open_any(schema) for schema in tables):
        raise LakeError(f"there is no lake at {lake.root} yet: run `verger stream`")
    with lock_lake(lake, "stream") as streams, lock_lake(lake, "refit") as refits:
        for schema in tables:
            while (table := lake.open_any(schema)) and (version := schema_version(table)) != schema.version:
                step = steps.get((schema.name, version)) if version < schema.version else None
                if step is None:
                    raise LakeError(
                        f"table {schema.name} in {lake.root} has schema version {version}, from which this program "
                        f"knows no way to {schema.version}: use another Verger release"
                    )
                streams.check()
                refits.check()
                step(table)
                table.alter.set_table_properties({SCHEMA_VERSION: str(version + 1)}, raise_if_not_exists=False)
                console.print(f"{schema.name}: schema version {version} to {version + 1}", highlight=False)
    console.print("all tables are of this program's schema versions", highlight=False)
