"""Tables of made-up features, written fast and without Spark."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

import numpy as np
import pyarrow as pa
from deltalake import write_deltalake
from numpy.typing import NDArray

from conf.lake import Lake
from schemas.features import FEATURE_COUNT, FEATURES
from tests.streaming.landing.fakes import NOW

Vectors = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Row:
    """One row of `features`; `version` 0 means the first announcement of a version."""

    seq: int
    features: Vectors | None = None
    path: str = ""
    version: int = 0
    status: str = "ok"
    error_code: str | None = None
    label: str = "Kiwi"
    model_id: str = "m"
    featurized_at: datetime = NOW


def vectors(n: int, seed: int = 0) -> Vectors:
    """(n, 1280) like features: a third exact zeros, means far from 0, six strong directions."""
    rng = np.random.default_rng(seed)
    base = np.random.default_rng(99)  # the same for every seed
    mean, directions = base.uniform(0, 6, FEATURE_COUNT), base.normal(size=(6, FEATURE_COUNT))
    scores = rng.normal(size=(n, 6)) * [1.0, 0.8, 0.6, 0.45, 0.3, 0.2]
    values = mean + scores @ directions + rng.normal(0, 0.3, (n, FEATURE_COUNT))
    return np.where(values < 2, 0, values).astype(np.float32)


def pictures(n: int, first_seq: int = 1, seed: int = 0, labels: Sequence[str] = ("Kiwi", "Lemon")) -> list[Row]:
    """`n` new pictures with features, their labels taking turns."""
    return [
        Row(seq, features, f"file:///{labels[i % len(labels)]}/{seq}.jpg", label=labels[i % len(labels)])
        for i, (seq, features) in enumerate(zip(range(first_seq, first_seq + n), vectors(n, seed), strict=True))
    ]


def append(lake: Lake, rows: Sequence[Row]) -> None:
    """Append the rows to `features` in one commit of one file."""
    write_deltalake(lake.uri("features"), table(rows), mode="append")


def table(rows: Sequence[Row]) -> pa.Table:
    """The rows in the schema of `features`."""
    n = len(rows)
    columns = {
        "path": [row.path or f"file:///{row.label}/{row.seq}.jpg" for row in rows],
        "label": [row.label for row in rows],
        "etag": [f"e{row.version or row.seq}" for row in rows],
        "size": [1] * n,
        "modified": [NOW] * n,
        "seq": [row.seq for row in rows],
        "version": [row.version or row.seq for row in rows],
        "supersedes": [None] * n,
        "attempt": [1] * n,
        "reason": ["new"] * n,
        "status": [row.status for row in rows],
        "error_code": [row.error_code for row in rows],
        "error_detail": [row.error_code for row in rows],
        "features": [row.features for row in rows],
        "width": [None] * n,
        "height": [None] * n,
        "format": [None] * n,
        "content_hash": [None] * n,
        "model_id": [row.model_id for row in rows],
        "discovered_at": [NOW] * n,
        "featurized_at": [row.featurized_at for row in rows],
        "featurize_ms": [1.0] * n,
    }
    return pa.table(columns, schema=FEATURES.arrow())


def no_spark() -> NoReturn:
    """For what is to be done without Spark."""
    raise AssertionError("Spark was asked for")
