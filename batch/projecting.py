"""Table `projection`: each chosen picture on the refit's components."""

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.dataset as pds
from deltalake import write_deltalake
from numpy.typing import NDArray

from batch.gathering import tasks
from batch.pca.moments import Floats
from batch.refit import Refit
from batch.snapshot import Chosen, DataFile, Snapshot, read
from conf.lake import Lake
from schemas.matrix import matrix
from schemas.projection import PROJECTION

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: What a row of the projection is made of, beside `seq`.
COLUMNS = ("path", "label", "features")


def project(spark: "Callable[[], SparkSession]", snapshot: Snapshot, chosen: Chosen, refit: Refit) -> None:
    """Append a row for each of the `chosen` pictures: its features times the components, not centred.

    One Delta commit. Nobody reads it before the refit is published; until then it may be killed, and what is left of
    it goes away with the next refit. Spark's tasks multiply (BATCH_ROWS rows of features at a time), the driver writes
    as they come; it multiplies itself, and does not ask for `spark`, where one task would do.
    """
    table = snapshot.lake.open_or_create(PROJECTION)
    components = refit.components.components
    files = snapshot.files_with(chosen)
    if len(tasks(files)) > 1:
        rows = _by_spark(spark(), snapshot, chosen, refit)
        write_deltalake(table, pa.RecordBatchReader.from_batches(PROJECTION.arrow(), rows), mode="append")
    else:  # all first: delta-rs can't read one table while it writes another
        found = read(snapshot.lake, files, chosen, COLUMNS)
        batches = [projected(batch, components, refit.refit_id) for batch in found]
        write_deltalake(table, pa.Table.from_batches(batches, PROJECTION.arrow()), mode="append")


def _by_spark(spark: "SparkSession", snapshot: Snapshot, chosen: Chosen, refit: Refit) -> Iterator[pa.RecordBatch]:
    """The rows of the projection, as many tasks at a time as there are cores for."""
    context, lake, refit_id = spark.sparkContext, snapshot.lake, refit.refit_id
    at_once = context.defaultParallelism
    parts = tasks(snapshot.files_with(chosen), at_once)
    shared = context.broadcast((chosen, refit.components.components))

    def task(part: Sequence[DataFile]) -> list[pa.RecordBatch]:
        from conf.worker_path import keep_spark_archives

        keep_spark_archives()
        chosen, components = shared.value
        return [projected(found, components, refit_id) for found in read(lake, part, chosen, COLUMNS)]

    work = context.parallelize(parts, len(parts)).flatMap(task)
    for start in range(0, len(parts), at_once):
        group = range(start, min(start + at_once, len(parts)))
        yield from context.runJob(work, lambda batches: batches, list(group))


def projected(batch: pa.RecordBatch, components: Floats, refit_id: str) -> pa.RecordBatch:
    """The rows of table `projection` of a batch with seq, path, label and features; `components` (k, d)."""
    features, usable = matrix(batch["features"])
    values = features.astype(np.float64) @ components.T
    kept = batch.filter(pa.array(usable))
    columns = {
        "path": kept["path"],
        "label": kept["label"],
        "seq": kept["seq"],
        "pcaFeatures": _lists(values),
        "refit_id": pa.array([refit_id] * len(values), pa.string()),
    }
    return pa.RecordBatch.from_pydict(columns, schema=PROJECTION.arrow())


def points(lake: Lake, refit_id: str) -> tuple[Floats, list[str]]:
    """The first two columns (or the only one) of a refit's projection (n, 2), and each picture's label (n,).

    In no order. Takes 24 bytes a picture.
    """
    table = lake.open_or_create(PROJECTION).to_pyarrow_dataset()
    values: list[Floats] = []
    labels: list[str] = []
    for batch in table.to_batches(columns=["label", "pcaFeatures"], filter=pds.field("refit_id") == refit_id):
        if batch.num_rows:
            values.append(batch["pcaFeatures"].flatten().to_numpy().reshape(batch.num_rows, -1)[:, :2].copy())
            labels += map(sys.intern, batch["label"].to_pylist())
    return np.concatenate(values), labels


def _lists(rows: NDArray[np.float64]) -> pa.ListArray:
    offsets = np.arange(0, rows.size + 1, rows.shape[1], dtype=np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(rows.ravel()))
