"""Results as Arrow, made of numpy's buffers: `pa.array` would load pandas, which takes 58 MB and 0.4 s of a worker."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from schemas.features import RESULT, RESULT_COLUMNS
from streaming.featurize.rows import Result

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=timezone.utc), timedelta(microseconds=1)


def result_array(results: Sequence[Result]) -> pa.StructArray:
    """One struct of RESULT_COLUMNS for each; the features are copied once, into one block."""
    fields = [field.remove_metadata() for field in RESULT.arrow()]
    columns = [
        _MAKERS[str(field.type)]([getattr(r, name) for r in results], field.type)
        for name, field in zip(RESULT_COLUMNS, fields, strict=True)
    ]
    return pa.StructArray.from_arrays(columns, fields=fields)


def strings(values: Sequence[str | None], kind: pa.DataType) -> pa.Array:
    """UTF-8. Raises UnicodeEncodeError for lone surrogates."""
    encoded = [(value or "").encode() for value in values]
    data = pa.py_buffer(b"".join(encoded))
    return _array(kind, values, [_offsets([len(text) for text in encoded]), data])


def numbers(values: Sequence[float | None], kind: pa.DataType) -> pa.Array:
    """Of a primitive type."""
    filled = np.array([0 if value is None else value for value in values], kind.to_pandas_dtype())
    return _array(kind, values, [pa.py_buffer(filled)])


def times(values: Sequence[datetime | None], kind: pa.DataType) -> pa.Array:
    """Of microseconds."""
    since = [0 if value is None else (value - _EPOCH) // _MICROSECOND for value in values]
    return _array(kind, values, [pa.py_buffer(np.array(since, np.int64))])


def vectors(values: Sequence[NDArray[np.float32] | None], kind: pa.DataType) -> pa.Array:
    """Lists of float32, of any lengths."""
    there = [np.asarray(value, np.float32) for value in values if value is not None]
    block = np.concatenate([np.empty(0, np.float32), *there])
    items = pa.Array.from_buffers(pa.float32(), block.size, [None, pa.py_buffer(block)])
    return _array(kind, values, [_offsets([0 if v is None else len(v) for v in values])], [items])


_MAKERS: dict[str, Callable[[Sequence[Any], pa.DataType], pa.Array]] = {
    str(pa.string()): strings,
    str(pa.int32()): numbers,
    str(pa.float32()): numbers,
    str(pa.timestamp("us", tz="UTC")): times,
    str(pa.list_(pa.float32())): vectors,
}


def _offsets(lengths: Sequence[int]) -> pa.Buffer:
    return pa.py_buffer(np.cumsum([0, *lengths], dtype=np.int32))


def _array(
    kind: pa.DataType, values: Sequence[object], buffers: list[pa.Buffer], children: list[pa.Array] | None = None
) -> pa.Array:
    """From the buffers behind that of validity: a bit for each value, the first one lowest."""
    valid = np.packbits(np.array([value is not None for value in values], np.bool_), bitorder="little")
    return pa.Array.from_buffers(kind, len(values), [pa.py_buffer(valid), *buffers], children=children)
