"""Features that another program wrote: Parquet with the columns path, label and features, as the notebook's."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.dataset as pds
from deltalake.fs import DeltaStorageHandler
from numpy.typing import NDArray
from pyarrow.fs import PyFileSystem

from conf.errors import UserError
from conf.locations import is_s3, split_s3
from conf.s3 import delta_storage_options
from schemas.features import FEATURE_COUNT
from schemas.matrix import matrix
from streaming.reading.current_pictures import BATCH_ROWS


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
        for batch in _dataset(location).to_batches(
            columns=["path", "features"], batch_size=BATCH_ROWS, batch_readahead=1, fragment_readahead=1
        ):
            values, usable = matrix(batch["features"].cast(pa.list_(pa.float32())))
            parts.append(values.reshape(-1, FEATURE_COUNT).copy())
            paths += batch["path"].cast(pa.string()).filter(pa.array(usable)).to_pylist()
            rows += batch.num_rows
    except (OSError, pa.ArrowException) as error:
        reason = str(error).split("\n", maxsplit=1)[0][:300]
        raise UserError(
            f"{location} can't be read as Parquet with the columns path and features (a list of numbers): {reason}"
        ) from error
    return Theirs(paths, np.concatenate(parts), rows - len(paths))


def _dataset(location: str) -> pds.Dataset:
    if not is_s3(location):
        return pds.dataset(location, format="parquet")
    bucket, key = split_s3(location)
    store = PyFileSystem(DeltaStorageHandler(f"s3://{bucket}", delta_storage_options()))
    return pds.dataset(key.rstrip("/"), filesystem=store, format="parquet")
