"""Features that another program wrote: Parquet with the columns path, label and features, as the notebook's."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as pds
from numpy.typing import NDArray
from pyarrow.parquet import ParquetFile

from conf.errors import UserError
from conf.locations import is_s3, split_s3
from conf.s3 import s3_client
from schemas.features import FEATURE_COUNT
from schemas.matrix import matrix
from streaming.reading.current_pictures import BATCH_ROWS
from streaming.stores.s3_errors import AnswerError, boto3_errors, described


@dataclass(frozen=True, eq=False)
class Theirs:
    """`paths` as they are written there; `features` (n, FEATURE_COUNT), 5 KB of memory each; `unusable`: other rows."""

    paths: list[str]
    features: NDArray[np.float32]
    unusable: int


def read_theirs(location: str) -> Theirs:
    """The Parquet file, or folder of them, at a path or `s3://` URI.

    Raises:
        UserError: it can't be read, or has no such columns.
    """
    paths: list[str] = []
    parts = [np.empty((0, FEATURE_COUNT), np.float32)]
    rows = 0
    try:
        for whole in _batches(location):
            rows += whole.num_rows
            batch = whole.drop_null()
            values, usable = matrix(batch["features"].cast(pa.list_(pa.float32())))
            parts.append(values.reshape(-1, FEATURE_COUNT).copy())
            paths += batch["path"].cast(pa.string()).filter(pa.array(usable)).to_pylist()
    except (OSError, KeyError, pa.ArrowException) as error:
        reason = str(error).split("\n", maxsplit=1)[0][:300]
        raise UserError(
            f"{location} can't be read as Parquet with the columns path and features (a list of numbers): {reason}"
        ) from error
    return Theirs(paths, np.concatenate(parts), rows - len(paths))


def _batches(location: str) -> Iterator[pa.RecordBatch]:
    columns = ["path", "features"]
    if is_s3(location):
        for content in _objects(*split_s3(location)):
            yield from ParquetFile(pa.BufferReader(content)).iter_batches(BATCH_ROWS, columns=columns)
        return
    yield from pds.dataset(location, format="parquet").to_batches(
        columns=columns, batch_size=BATCH_ROWS, batch_readahead=1, fragment_readahead=1
    )


def _objects(bucket: str, key: str) -> Iterator[bytes]:
    """The object of that key, or those below it, one at a time; without what Spark hides, such as _SUCCESS."""
    client: Any = s3_client()
    try:
        with boto3_errors():
            pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key)
            found = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
        below = f"{key.rstrip('/')}/" if key else ""
        wanted = [k for k in found if k == key or (k.startswith(below) and k.rpartition("/")[2][:1] not in "_.")]
        for one in wanted:
            with boto3_errors():
                content = client.get_object(Bucket=bucket, Key=one)["Body"].read()
            yield content
    except AnswerError as error:
        raise OSError(described(error)) from error
    if not wanted:
        raise OSError("there is no such object")
