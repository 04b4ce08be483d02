"""Sampled pictures: whether their rows were made from their bytes, and hold features."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as pds
from deltalake import DeltaTable

from schemas.features import FEATURE_COUNT
from streaming.audit.findings import Finding, finding
from streaming.audit.landing import Landing, Object
from streaming.audit.tables import Ints

Version = tuple[str, str]  # path and ETag

_COLUMNS = ["seq", "path", "etag", "status", "content_hash", "features"]
#: Rows of features in memory: 5 KB each.
_BATCH = 256


@dataclass
class Contents:
    """What became of the sample: pictures whose bytes were compared with their rows, and rows that are wrong."""

    compared: int = 0
    wrong_bytes: list[str] = field(default_factory=list)
    wrong_features: list[str] = field(default_factory=list)

    def findings(self) -> Iterator[Finding]:
        """May be empty."""
        yield finding("wrong_bytes", self.wrong_bytes)
        yield finding("wrong_features", self.wrong_features)


def compare(
    table: DeltaTable, seqs: Ints, landing: Landing, sampled: list[Object], advance: Callable[[int], None]
) -> Contents:
    """Read each sampled object, if it is still the same version, and compare it with its rows, which are among `seqs`.

    `advance` is told how many more were read.
    """
    contents = Contents()
    rows = _rows(table, seqs, {(found.path, found.etag) for found in sampled}, contents)
    for found in sampled:
        hashed = rows.get((found.path, found.etag), {})
        content = landing.content(found) if hashed else None
        if content is not None:
            contents.compared += 1
            digest = hashlib.sha256(content).hexdigest()
            contents.wrong_bytes += [f"{found.path} ({seq})" for seq, made_of in hashed.items() if made_of != digest]
        advance(1)
    return contents


def _rows(table: DeltaTable, seqs: Ints, wanted: set[Version], contents: Contents) -> dict[Version, dict[int, str]]:
    """The content hashes, by seq, of each version: as S3 names them, overwritten and back again are one."""
    batches = table.to_pyarrow_dataset().to_batches(
        columns=_COLUMNS, filter=pds.field("seq").isin(pa.array(seqs)), batch_size=_BATCH,
        batch_readahead=1, fragment_readahead=1,
    )  # fmt: skip
    rows: dict[Version, dict[int, str]] = {}
    for row in (row for batch in batches for row in batch.to_pylist() if (row["path"], row["etag"]) in wanted):
        if row["content_hash"]:
            rows.setdefault((row["path"], row["etag"]), {})[row["seq"]] = row["content_hash"]
        if row["status"] == "ok" and not _is_whole(row["features"]):
            contents.wrong_features.append(f"{row['path']} ({row['seq']})")
    return rows


def _is_whole(features: Any) -> bool:
    return features is not None and len(features) == FEATURE_COUNT and bool(np.isfinite(features).all())
