"""Lakes that know many versions, made fast: each announced once, each with a row of made-up features."""

from datetime import datetime, timezone
from functools import cache
from hashlib import md5
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from deltalake import write_deltalake

from conf.lake import Lake
from schemas.features import FEATURES
from schemas.ledger import LEDGER
from schemas.table import Table
from streaming.lake import prepare
from streaming.landing.ledger import UPKEEP
from tests.bench.refit.tables import AS_SPARK

#: Rows of a merged file of the ledger; and of `features`, as many as fill Spark's 128 MB.
LEDGER_ROWS, FEATURES_ROWS = 200_000, 37_000
WHEN = datetime(2026, 1, 1, tzinfo=timezone.utc)


def known_path(number: int) -> str:
    """Of the version with this number; 70 characters or so, as a key in S3 is."""
    return f"s3://orchard-pictures/landing/2026/01/{number // 1000:06}/photo-{number:012}.jpg"


def known_etag(number: int) -> str:
    """As S3 makes it: it does not compress."""
    return md5(b"%d" % number).hexdigest()


def make_lake(folder: Path, versions: int) -> Lake:
    """A lake with so many announcements, all of them with a row."""
    lake = Lake(str(folder))
    prepare(lake)
    for table, rows, writer in ((LEDGER, LEDGER_ROWS, UPKEEP.written), (FEATURES, FEATURES_ROWS, AS_SPARK)):
        for start in range(1, versions + 1, rows):
            part = _rows(table, start, min(start + rows, versions + 1))
            write_deltalake(lake.uri(table.name), part, mode="append", writer_properties=writer)
    return lake


@cache
def _values(rows: int) -> pa.Array:
    """Like real ones they don't compress well: a file of few bytes would be merged anew by Spark."""
    normal = np.random.default_rng(0).standard_normal(rows * 1280, np.float32)
    return pa.array(np.maximum(normal, 0))


def _rows(table: Table, start: int, stop: int) -> pa.Table:
    numbers = range(start, stop)
    same = {
        "attempt": 1, "reason": "new", "size": 5000, "modified": WHEN, "announced_at": WHEN, "discovered_by": "event",
        "label": "photo", "status": "ok", "model_id": "mobilenet_v2-bench",
        "discovered_at": WHEN, "featurized_at": WHEN, "featurize_ms": 8.0,
    }  # fmt: skip
    columns: dict[str, Any] = {
        "seq": np.arange(start, stop),
        "version": np.arange(start, stop),
        "path": [known_path(number) for number in numbers],
        "etag": [known_etag(number) for number in numbers],
    }
    if table is FEATURES:
        columns["features"] = pa.FixedSizeListArray.from_arrays(_values(len(numbers)), 1280)
    schema = table.arrow()
    fields = ((field, columns.get(field.name)) for field in schema)
    arrays = [
        pa.repeat(pa.scalar(same.get(field.name), field.type), len(numbers)) if values is None
        else values.cast(field.type) if isinstance(values, pa.Array) else pa.array(values, field.type)
        for field, values in fields
    ]  # fmt: skip
    return pa.table(arrays, schema)
