"""Which row of a path counts: the one definition that refit, exports and readers share."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

#: The columns that tell.
DECIDING = ("path", "version", "seq", "status", "error_code")

#: A version that was overwritten or deleted before it was read says nothing about what came before it.
_NOT_READ = pa.array(["changed", "gone"])

#: Nor does a store that can't be read just now say anything about what was read of the same version before.
_OUT_OF_REACH = pa.array(["archived", "forbidden", "timeout", "unreachable"])


def deciding(rows: pa.Table | pa.RecordBatch) -> pa.Table | pa.RecordBatch:
    """Those of `rows` that a path's current row can be: terminal, and not `changed` or `gone`."""
    terminal = pc.is_in(rows["status"], pa.array(["ok", "rejected"]))
    return rows.filter(pc.and_(terminal, pc.invert(pc.is_in(rows["error_code"], _NOT_READ))))


def current(rows: pa.Table, last_seq: int | None = None) -> pa.Table:
    """The current row of each path among `rows` of `features` (DECIDING and any other columns), in any order.

    It is the row of the path's greatest `version` that is terminal and not `changed` or `gone`; where a version was
    featured again, its latest such row, and one that could be read rather than one that was `archived`, `forbidden`,
    `timeout` or `unreachable`. If that row is `rejected`, the path has no current features. With `last_seq` as it was
    when `features` ended there. O(n log n) in time, O(n) in memory.
    """
    candidates = deciding(rows)
    if last_seq is not None:
        candidates = candidates.filter(pc.less_equal(candidates["seq"], last_seq))
    candidates = candidates.append_column("was_read", pc.invert(pc.is_in(candidates["error_code"], _OUT_OF_REACH)))
    ordered = candidates.sort_by([(name, "ascending") for name in ("version", "was_read", "seq")])
    index = pa.array(np.arange(ordered.num_rows))
    last = ordered.select(["path"]).append_column("row", index).group_by("path").aggregate([("row", "max")])
    return ordered.drop_columns(["was_read"]).take(last["row_max"])
