"""Small pictures of some points, by whoever can read the landing: the refit itself can't, and needs not."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from batch.report.points import Points
from batch.snapshot import Snapshot, read

#: A version of a picture: its path, the ETag that was read, and the SHA-256 of its bytes.
Version = tuple[str, str, str]
#: A WebP for each version, or None where none can be made; it never raises for a picture.
Thumbnails = Callable[[Sequence[Version]], list[bytes | None]]

#: Bytes of all small pictures of a page; the rest is left out.
MOST_BYTES = 4 * 2**20


def none(versions: Sequence[Version]) -> list[bytes | None]:
    """Where no one can read the landing."""
    return [None] * len(versions)


def small_pictures(snapshot: Snapshot, points: Points, thumbnails: Thumbnails, most: int) -> dict[int, bytes]:
    """By point: a WebP of at most `most` of them, each label by its share, MOST_BYTES in all.

    Only of rows that are `ok`: these bytes were decoded before, in a worker that may end.
    """
    if most == 0:
        return {}
    some = points.some(most)
    chosen = np.zeros(snapshot.last_seq + 1, np.bool_)
    chosen[points.seqs[some]] = True
    columns = ["path", "etag", "content_hash", "status"]
    rows: dict[int, dict[str, Any]] = {}
    for batch in read(snapshot.lake, snapshot.files_with(chosen), chosen, columns):
        rows |= {row["seq"]: row for row in batch.to_pylist() if row["status"] == "ok" and row["content_hash"]}
    wanted = [(index, rows[seq]) for index in some.tolist() if (seq := int(points.seqs[index])) in rows]
    made = thumbnails([(row["path"], row["etag"], row["content_hash"]) for _, row in wanted])
    found, left = dict[int, bytes](), MOST_BYTES
    for (index, _), picture in zip(wanted, made, strict=True):
        if picture is not None and len(picture) <= left:
            found[index] = picture
            left -= len(picture)
    return found
