"""Ledger and features as numpy columns, read a batch at a time: 50 bytes an announcement, 50 a row."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable
from numpy.typing import NDArray

from schemas.errors import ERROR_CODES, TRANSIENT

READ_ROWS = 65_536
REASONS = ("new", "retry", "replay")
STATUSES = ("ok", "rejected", "deferred")
#: The code of a text that is none of those there are.
UNKNOWN = 255

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Codes = NDArray[np.uint8]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Chain:
    """The columns that ledger and features share, by seq. `supersedes`: 0 for null; `reason`: index in REASONS.

    Path and ETag are 64-bit hashes: of ten million, two are the same by chance once in a hundred thousand audits.
    """

    seq: Ints
    version: Ints
    supersedes: Ints
    attempt: Ints
    reason: Codes
    path: Hashes
    etag: Hashes


@dataclass(frozen=True)
class Announced(Chain):
    """The ledger. `last_found_us`: when a listing announced something last, microseconds since 1970; 0: never."""

    last_found_us: int


@dataclass(frozen=True)
class Rows(Chain):
    """The features. `status`: index in STATUSES; `sound`: status, error code and content hash fit each other.

    `vanished`: it says that the picture was gone, or another one, when it was to be read.
    """

    status: Codes
    sound: Bools
    vanished: Bools


_SHARED = ("seq", "version", "supersedes", "attempt", "reason", "path", "etag")


def read_ledger(table: DeltaTable, advance: Callable[[int], None]) -> Announced:
    """All announcements, in the order of seq. `advance` is told how many more rows were read."""
    found_us = [0]

    def columns(batch: pa.RecordBatch) -> dict[str, NDArray[np.generic]]:
        listed = batch.filter(pc.and_(pc.equal(batch["discovered_by"], "list"), pc.equal(batch["reason"], "new")))
        found_us.append(pc.max(listed["announced_at"].cast(pa.int64())).as_py() or 0)
        return _shared(batch)

    by_name = _read(table, (*_SHARED, "discovered_by", "announced_at"), columns, advance)
    return Announced(**_ordered(by_name, _SHARED), last_found_us=max(found_us))  # type: ignore[arg-type]


def read_features(table: DeltaTable, advance: Callable[[int], None]) -> Rows:
    """All rows, in the order of seq; of their features nothing is read."""

    def columns(batch: pa.RecordBatch) -> dict[str, NDArray[np.generic]]:
        status = _code(batch["status"], STATUSES)
        vanished = pc.fill_null(pc.is_in(batch["error_code"], pa.array(["gone", "changed"])), False)
        told = {"status": status, "sound": _sound(batch, status), "vanished": vanished.to_numpy(zero_copy_only=False)}
        return {**_shared(batch), **told}

    by_name = _read(table, (*_SHARED, "status", "error_code", "content_hash"), columns, advance)
    return Rows(**_ordered(by_name, [field.name for field in fields(Rows)]))  # type: ignore[arg-type]


def hashes(texts: pa.Array | list[str]) -> Hashes:
    """The 64-bit hash of each."""
    hashed: Hashes = pd.util.hash_array(np.asarray(texts, dtype=object), categorize=False)
    return hashed


def _read(
    table: DeltaTable,
    names: tuple[str, ...],
    columns: Callable[[pa.RecordBatch], dict[str, NDArray[np.generic]]],
    advance: Callable[[int], None],
) -> dict[str, NDArray[np.generic]]:
    parts = [columns(pa.RecordBatch.from_pylist([], schema=_schema(table, names)))]
    for batch in _batches(table, names):
        parts.append(columns(batch))
        advance(batch.num_rows)
    return {name: np.concatenate([part.pop(name) for part in parts]) for name in list(parts[0])}  # not twice in memory


def _schema(table: DeltaTable, names: tuple[str, ...]) -> pa.Schema:
    schema = table.to_pyarrow_dataset().schema
    return pa.schema([schema.field(name) for name in names])


def _batches(table: DeltaTable, names: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
    yield from table.to_pyarrow_dataset().to_batches(
        columns=list(names), batch_size=READ_ROWS, batch_readahead=1, fragment_readahead=1
    )


def _ordered(columns: dict[str, NDArray[np.generic]], names: "tuple[str, ...] | list[str]") -> dict[str, object]:
    order = np.argsort(columns["seq"], kind="stable")
    return {name: columns.pop(name)[order] for name in names}


def _shared(batch: pa.RecordBatch) -> dict[str, NDArray[np.generic]]:
    numbers = {
        name: pc.fill_null(batch[name].cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
        for name in ("seq", "version", "supersedes", "attempt")
    }
    texts = {name: hashes(batch[name].to_numpy(zero_copy_only=False)) for name in ("path", "etag")}
    return {**numbers, "reason": _code(batch["reason"], REASONS), **texts}


def _code(texts: pa.Array, known: tuple[str, ...]) -> Codes:
    index = pc.fill_null(pc.index_in(texts, pa.array(known)), UNKNOWN)
    return index.to_numpy(zero_copy_only=False).astype(np.uint8)  # type: ignore[no-any-return]


def _sound(batch: pa.RecordBatch, status: Codes) -> Bools:
    """ok: a hash and no code; rejected: one of the codes; deferred: one that passes."""
    code, hashed = batch["error_code"], _bools(pc.is_valid(batch["content_hash"]))
    of_all = _bools(pc.is_in(code, pa.array(ERROR_CODES)))
    passing = _bools(pc.is_in(code, pa.array(sorted(TRANSIENT))))
    ok = hashed & _bools(pc.is_null(code))
    return np.select([status == 0, status == 1, status == 2], [ok, of_all, passing & ~hashed], default=False)


def _bools(values: pa.Array) -> Bools:
    found: Bools = values.to_numpy(zero_copy_only=False).astype(bool)
    return found
