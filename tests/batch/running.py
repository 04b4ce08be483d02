"""Refits in this process, on the one Spark of the tests; and what a reader sees afterwards."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable
from rich.console import Console

from batch.job import Done, Job
from batch.spark import SparkOnDemand
from batch.stages import Stages
from conf.lake import Lake
from conf.settings import Settings


def held() -> None:
    """The lake is ours."""


def refit(
    lake: Lake, spark: SparkOnDemand, *, full: bool = False, check: Callable[[], None] = held, **settings: Any
) -> Done:
    """As `verger refit` does it, but for the lock and what is printed."""
    stages = Stages(Console(file=StringIO()))
    return Job(Settings(lake=lake.root, **settings), lake, check, spark, stages).run(full=full)


def latest(lake: Lake) -> dict[str, Any]:
    """The row of table `components` that counts."""
    rows = DeltaTable(lake.uri("components")).to_pyarrow_table().to_pylist()
    row: dict[str, Any] = max(rows, key=lambda row: row["fitted_at"])
    return row


def projection_of(lake: Lake, refit_id: str) -> pa.Table:
    """A refit's rows of table `projection`, by seq."""
    rows = DeltaTable(lake.uri("projection")).to_pyarrow_table()
    return rows.filter(pc.equal(rows["refit_id"], refit_id)).sort_by("seq")


def report(lake: Lake, refit_id: str, name: str) -> Path:
    """A file of a refit's report."""
    return Path(lake.root) / "reports" / refit_id / name


def versions(lake: Lake) -> dict[str, int]:
    """The version of each table there is."""
    tables = Path(lake.root) / "tables"
    return {folder.name: DeltaTable(str(folder)).version() for folder in tables.iterdir()}
