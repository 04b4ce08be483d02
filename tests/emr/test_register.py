"""`verger register`: what Glue is told of the tables."""

from io import StringIO
from typing import Any

import pyarrow as pa
import pytest
from rich.console import Console

from conf.emr.register import TABLES, run_register, table_input
from conf.errors import UserError
from conf.load import load_settings
from schemas.features import FEATURES
from schemas.ledger import LEDGER
from schemas.projection import PROJECTION
from schemas.table import Table
from tests.emr.cloud import LAKE, Cloud
from tests.emr.shapes import problems

LAKE_ROOT = f"s3://{LAKE}/lake"


def register(cloud: Cloud) -> str:
    printed = StringIO()
    with cloud.at_work():
        run_register(load_settings(), Console(file=printed))
    return printed.getvalue()


def there(cloud: Cloud, entry: dict[str, Any]) -> None:
    """What Glue has under the entry's name: it adds things of its own, and leaves out what is empty."""
    known = {key: value for key, value in entry.items() if value != []} | {"DatabaseName": "fruits", "VersionId": "3"}
    cloud.expect("glue", "get_table", {"Table": known}, DatabaseName="fruits", Name=entry["Name"])


def missing(cloud: Cloud) -> None:
    cloud.refuse("glue", "get_table", "EntityNotFoundException", "Entity Not Found")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_an_entry_is_one_that_glue_takes(table: Table) -> None:
    entry = table_input(table, LAKE_ROOT)
    assert problems("glue", "CreateTable", {"DatabaseName": "fruits", "TableInput": entry}) == []
    storage = entry["StorageDescriptor"]
    assert storage["Location"] == storage["SerdeInfo"]["Parameters"]["path"] == f"{LAKE_ROOT}/tables/{table.name}/"
    assert entry["Parameters"]["table_type"] == "DELTA"
    assert entry["Parameters"]["spark.sql.sources.provider"] == "delta"
    assert all(len(column["Comment"]) <= 255 for column in storage["Columns"])


def test_columns_are_those_of_the_schemas_in_hives_words() -> None:
    types = {c["Name"]: c["Type"] for c in table_input(FEATURES, LAKE_ROOT)["StorageDescriptor"]["Columns"]}
    assert list(types) == [column.name.lower() for column in FEATURES.columns]
    assert types["features"] == "array<float>"
    assert (types["seq"], types["attempt"], types["modified"]) == ("bigint", "int", "timestamp")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_types_are_those_that_the_tables_are_written_with(table: Table) -> None:
    entry = table_input(table, LAKE_ROOT)
    columns = entry["StorageDescriptor"]["Columns"] + entry["PartitionKeys"]
    written = {field.name.lower(): hive(field.type) for field in table.arrow()}
    assert {column["Name"]: column["Type"] for column in columns} == written


def hive(of: pa.DataType) -> str:
    if pa.types.is_struct(of):
        return f"struct<{','.join(f'{field.name}:{hive(field.type)}' for field in of)}>"
    if pa.types.is_list(of):
        return f"array<{hive(of.value_type)}>"
    if pa.types.is_map(of):
        return f"map<{hive(of.key_type)},{hive(of.item_type)}>"
    names = {"int64": "bigint", "int32": "int", "bool": "boolean", "timestamp[us, tz=UTC]": "timestamp"}
    return names.get(str(of), str(of))


def test_a_partitioned_tables_folders_are_keys() -> None:
    entry = table_input(PROJECTION, LAKE_ROOT)
    assert [key["Name"] for key in entry["PartitionKeys"]] == ["refit_id"]
    assert "refit_id" not in {column["Name"] for column in entry["StorageDescriptor"]["Columns"]}


def test_what_is_missing_is_made_what_differs_updated_and_the_rest_left_alone(cloud: Cloud) -> None:
    cloud.stack()
    features, ledger, *others = (table_input(table, LAKE_ROOT) for table in TABLES)
    missing(cloud)
    cloud.expect("glue", "create_table", {}, DatabaseName="fruits", TableInput=features)
    older = {**ledger, "Parameters": {**ledger["Parameters"], "theirs": "1"}, "Description": "before"}
    there(cloud, older)
    kept = {**ledger["Parameters"], "theirs": "1"}
    cloud.expect("glue", "update_table", {}, DatabaseName="fruits", TableInput={**ledger, "Parameters": kept})
    for entry in others:
        there(cloud, entry)
    assert register(cloud).splitlines() == [
        "fruits.features is registered",
        "fruits.ledger is updated",
        "fruits.components is as it should be",
        "fruits.projection is as it should be",
        "fruits.moments is as it should be",
    ]


@pytest.mark.parametrize("change", [{"Columns": []}, {"Location": "s3://elsewhere/"}])
def test_another_schema_or_place_is_a_difference(change: dict[str, Any], cloud: Cloud) -> None:
    cloud.stack()
    entries = {table.name: table_input(table, LAKE_ROOT) for table in TABLES}
    for name, entry in entries.items():
        if name == LEDGER.name:
            there(cloud, {**entry, "StorageDescriptor": {**entry["StorageDescriptor"], **change}})
            cloud.expect("glue", "update_table", {}, DatabaseName="fruits", TableInput=entry)
        else:
            there(cloud, entry)
    assert "fruits.ledger is updated" in register(cloud)


def test_without_a_stack_there_is_no_database(cloud: Cloud) -> None:
    cloud.no_stack()
    with pytest.raises(UserError, match="there is no stack verger, whose Glue database it is: make it with"):
        register(cloud)


def test_rights_that_are_missing_are_named(cloud: Cloud) -> None:
    cloud.stack()
    cloud.refuse("glue", "get_table", "AccessDeniedException", "not authorized to perform: glue:GetTable")
    with pytest.raises(UserError, match="GetTable is not allowed to these AWS keys"):
        register(cloud)
