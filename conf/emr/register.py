"""`verger register`: the lake's tables in the Glue catalog, where Athena, Spark and others find them."""

from typing import Any

from rich.console import Console

from conf.emr.aws import aws_sentences, connect
from conf.emr.settings import emr_settings
from conf.emr.stack import read_stack
from conf.errors import UserError
from conf.load import Resolved
from schemas.components import COMPONENTS
from schemas.features import FEATURES
from schemas.ledger import LEDGER
from schemas.moments import MOMENTS
from schemas.projection import PROJECTION
from schemas.table import Column, Table

TABLES = (FEATURES, LEDGER, COMPONENTS, PROJECTION, MOMENTS)

#: A native Delta table, as Athena's engine 3, Spark and Glue's crawlers each tell it.
_DELTA = {"table_type": "DELTA", "spark.sql.sources.provider": "delta", "classification": "delta", "EXTERNAL": "TRUE"}
#: Hive's names of types that are spelled otherwise.
_HIVE = {"long": "bigint", "map<string,long>": "map<string,bigint>"}

TableInput = dict[str, Any]


def run_register(resolved: Resolved, console: Console) -> None:
    """Make the tables' entries in the stack's Glue database, or bring them up to date; the others are left alone.

    Columns are told for people and Lake Formation: who reads takes them, and which files count, from the table's own
    log. So it is needed once, and again when a release brings new columns.

    Raises:
        UserError: there is no stack, or the keys or their rights are to be mended.
        FailedError: AWS could not do it; run it again.
    """
    emr = emr_settings(resolved.emr, resolved.config)
    with aws_sentences():
        aws = connect()
        stack = read_stack(aws.cloudformation, emr.name)
        if stack is None:
            raise UserError(f"there is no stack {emr.name}, whose Glue database it is: make it with `verger deploy`.")
        outputs = stack.outputs()
        for table in TABLES:
            done = register(aws.glue, outputs.glue_database, table_input(table, outputs.lake))
            console.print(f"{outputs.glue_database}.{table.name} {done}", markup=False, highlight=False)


def register(glue: Any, database: str, wanted: TableInput) -> str:
    """Create or update one entry; returns what was done. Parameters that others have set stay."""
    from botocore.exceptions import ClientError

    try:
        there = glue.get_table(DatabaseName=database, Name=wanted["Name"])["Table"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "EntityNotFoundException":
            raise
        glue.create_table(DatabaseName=database, TableInput=wanted)
        return "is registered"
    wanted = {**wanted, "Parameters": there.get("Parameters", {}) | wanted["Parameters"]}
    if _holds(there, wanted):
        return "is as it should be"
    glue.update_table(DatabaseName=database, TableInput=wanted)
    return "is updated"


def table_input(table: Table, lake: str) -> TableInput:
    """The entry of a table of the lake, as Glue takes it. Hive knows names in small letters only."""
    location = f"{lake}/tables/{table.name}/"
    columns = [_column(column) for column in table.columns]
    return {
        "Name": table.name,
        "Description": table.comment,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": _DELTA,
        "PartitionKeys": [column for column in columns if column["Name"] == table.partition_by],
        "StorageDescriptor": {
            "Columns": [column for column in columns if column["Name"] != table.partition_by],
            "Location": location,
            "SerdeInfo": {"Parameters": {"serialization.format": "1", "path": location}},
        },
    }


def _column(column: Column) -> dict[str, str]:
    return {"Name": column.name.lower(), "Type": _type(column), "Comment": column.comment}


def _type(column: Column) -> str:
    if column.fields:
        return f"struct<{','.join(f'{field.name}:{_type(field)}' for field in column.fields)}>"
    return _HIVE.get(column.type, column.type)


def _holds(there: object, wanted: object) -> bool:
    """Whether all that is wanted is there; Glue adds what it likes."""
    if isinstance(wanted, dict):
        return isinstance(there, dict) and all(_holds(there.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        there = there or []  # an empty list may be left out
        return isinstance(there, list) and len(there) == len(wanted) and all(map(_holds, there, wanted))
    return there == wanted
