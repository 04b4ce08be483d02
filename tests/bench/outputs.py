"""The features that a configuration wrote, by `label/name` of their picture."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable
from numpy.typing import NDArray

#: float32 (1280,) by the last two parts of the path.
Features = dict[str, NDArray[np.float32]]


def from_lake(lake: Path) -> Features:
    """The accepted rows of Verger's table."""
    table = DeltaTable(str(lake / "tables" / "features")).to_pyarrow_table(columns=["path", "status", "features"])
    return _features(table.filter(pc.equal(table["status"], "ok")))


def from_parquet(folder: Path) -> Features:
    """The notebook's rows."""
    return _features(pq.read_table(folder, columns=["path", "features"]))


def from_npz(file: Path) -> Features:
    """What `save_npz` wrote."""
    with np.load(file) as arrays:
        return dict(zip(arrays["names"].tolist(), arrays["features"], strict=True))


def save_npz(file: Path, pictures: list[Path], features: NDArray[np.float32]) -> None:
    """`features`: float32 (len(pictures), 1280)."""
    np.savez(file, names=np.array([_name(str(picture)) for picture in pictures]), features=features)


def _features(table: pa.Table) -> Features:
    column = table["features"].combine_chunks()
    values = column.flatten().to_numpy().reshape(len(column), -1)
    return dict(zip(map(_name, table["path"].to_pylist()), values, strict=True))


def _name(path: str) -> str:
    return "/".join(path.rsplit("/", 2)[1:])
