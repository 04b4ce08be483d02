"""Announcements and what came of them, as rows of table `features`."""

import pyarrow as pa

from schemas.features import FEATURES, RESULT_COLUMNS
from streaming.featurize.arrays import strings


def feature_rows(announced: pa.Table, results: pa.StructArray, model_id: str) -> pa.Table:
    """The columns of `features`, in order: as many rows as both arguments have, which belong together row by row."""
    added = {
        "label": strings([_label(path) for path in announced["path"].to_pylist()], pa.string()),
        "discovered_at": announced["announced_at"],
        "model_id": strings([model_id] * len(results), pa.string()),
        **{name: results.field(name) for name in RESULT_COLUMNS},
    }
    schema = FEATURES.arrow()
    columns = [added[field.name] if field.name in added else announced[field.name] for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _label(path: str) -> str:
    """The name of the parent folder; a path that was forgotten has none."""
    parts = path.rsplit("/", 2)
    return parts[-2] if len(parts) > 1 else ""
