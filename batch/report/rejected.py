"""The pictures without features at the time of a refit: how many, why, and the latest of them by name."""

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.snapshot import Snapshot, read
from schemas.current import current
from schemas.errors import MEANINGS
from schemas.text import printable

#: Named on the page; all are counted.
SHOWN = 500


def rejected(snapshot: Snapshot, rows: pa.Table, last_seq: int) -> dict[str, Any]:
    """Of `rows` (what `snapshot.rows()` gave) those whose current row was `rejected` after announcement `last_seq`."""
    now = current(rows, last_seq)
    spoilt = now.filter(pc.equal(now["status"], "rejected"))
    spoilt = spoilt.filter(pc.not_equal(spoilt["error_code"], "forgotten"))
    codes = Counter(spoilt["error_code"].to_pylist())
    latest = np.sort(spoilt["seq"].to_numpy())[-SHOWN:]
    chosen = np.zeros(snapshot.last_seq + 1, np.bool_)
    chosen[latest] = True
    found = [
        row
        for batch in read(snapshot.lake, snapshot.files_with(chosen), chosen, _COLUMNS)
        for row in batch.to_pylist()
    ]  # fmt: skip
    return {
        "total": spoilt.num_rows,
        "codes": [{"code": c, "count": n, "meaning": MEANINGS.get(c, "")} for c, n in codes.most_common()],
        "rows": [_shown(row) for row in sorted(found, key=lambda row: -row["seq"])],
    }


_COLUMNS = ["path", "label", "error_code", "error_detail", "size", "featurized_at"]


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "path": printable(row["path"]),
        "code": row["error_code"],
        "detail": printable(row["error_detail"] or ""),
        "bytes": row["size"],
        "at": row["featurized_at"].isoformat(timespec="seconds"),
    }
