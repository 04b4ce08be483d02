"""Results as Arrow arrays: the same as pyarrow's own, without pandas."""

import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.features import RESULT
from streaming.featurize.arrays import numbers, result_array, strings, times, vectors
from streaming.featurize.rows import Result

NOW = datetime(2024, 5, 6, 7, 8, 9, 123456, timezone.utc)
ok = Result("ok", None, None, np.arange(1280, dtype=np.float32), 3, 4, "PNG", "h", NOW, 1.5)
gone = Result("rejected", "gone", "wh\u00fd", None, None, None, None, None, NOW, 0.0)


def test_results_are_rows_of_the_schema_with_their_nulls() -> None:
    array = result_array([ok, gone, ok])
    array.validate(full=True)
    assert pa.schema(list(array.type)) == RESULT.arrow()
    first, second, _ = array.to_pylist()
    assert first == vars_of(ok) | {"features": list(range(1280))}
    assert second == vars_of(gone)


def vars_of(result: Result) -> dict[str, object]:
    return {name: getattr(result, name) for name in RESULT.arrow().names}


def test_no_results_are_an_empty_array() -> None:
    assert result_array([]).to_pylist() == []


@given(st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"]))))
def test_strings_are_pyarrows(values: list[str | None]) -> None:
    assert strings(values, pa.string()).equals(pa.array(values, pa.string()))


@given(st.lists(st.none() | st.integers(-(2**31), 2**31 - 1)))
def test_whole_numbers_are_pyarrows(values: list[int | None]) -> None:
    assert numbers(values, pa.int32()).equals(pa.array(values, pa.int32()))


@given(st.lists(st.none() | st.floats(allow_nan=False, width=32)))
def test_numbers_are_pyarrows(values: list[float | None]) -> None:
    assert numbers(values, pa.float32()).equals(pa.array(values, pa.float32()))


@given(st.lists(st.none() | st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(timezone.utc))))  # noqa: DTZ001
def test_times_are_pyarrows(values: list[datetime | None]) -> None:
    kind = pa.timestamp("us", tz="UTC")
    assert times(values, kind).equals(pa.array(values, kind))


@given(st.lists(st.none() | st.lists(st.floats(allow_nan=False, width=32), max_size=5)))
def test_vectors_are_pyarrows(values: list[list[float] | None]) -> None:
    made = vectors([None if v is None else np.array(v, np.float32) for v in values], pa.list_(pa.float32()))
    made.validate(full=True)
    assert made.equals(pa.array(values, pa.list_(pa.float32())))


def test_what_comes_back_to_the_jvm_is_little_more_than_the_features() -> None:
    found = replace(ok, content_hash="0" * 64, format="JPEG")
    assert result_array([found] * 64).nbytes / 64 < 4 * 1280 + 150


def test_a_lone_surrogate_is_an_error() -> None:
    with pytest.raises(UnicodeEncodeError):
        strings(["\ud800"], pa.string())


def test_a_worker_does_not_load_pandas() -> None:
    script = (
        "import sys, pyarrow as pa, pyspark.worker, streaming.featurize.udf, streaming.landing.source\n"
        "from streaming.featurize.arrays import result_array\n"
        "from streaming.featurize.rows import result_row\n"
        "from schemas.errors import PictureError\n"
        "array = result_array([result_row(PictureError('gone', 'why'), None, None, 0.0, 'rejected')])\n"
        "pa.RecordBatch.from_arrays([array], ['_0']).serialize()\n"
        "import tempfile\n"
        "from schemas.ledger import LEDGER\n"
        "from streaming.data_file import write_data_files\n"
        "from streaming.featurize.arrays import numbers, strings, times\n"
        "from streaming.featurize.feature_rows import feature_rows\n"
        "from streaming.featurize.rows import datetime, timezone\n"
        "now = datetime.now(timezone.utc)\n"
        "make = {'string': (strings, 'a/b'), 'int64': (numbers, 1), 'int32': (numbers, 1)}\n"
        "made = [(make.get(str(f.type), (times, now)), f.type) for f in LEDGER.arrow()]\n"
        "announced = pa.Table.from_arrays([of([value], kind) for (of, value), kind in made], LEDGER.arrow().names)\n"
        "[file] = write_data_files(tempfile.mkdtemp(), [feature_rows(announced, array, 'm')])\n"
        "assert file.rows == 1\n"
        "loaded = {'pandas', 'pyarrow.compute', 'tensorflow', 'matplotlib', 'deltalake'} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", script], cwd=root, check=True, env={"PYTHONPATH": str(root)})
