"""The stream's sink without Spark: fed by hand, on a lake that is really there."""

import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
from deltalake import DeltaTable

from conf.lake import Lake
from conf.locks import Hold
from schemas.features import FEATURES
from streaming.data_file import DataFile, write_data_files
from streaming.sink import Batch, FeaturesSink, SinkError
from tests.streaming.landing.fakes import features_row


class Ours:
    """Holds the lake, until the check with number `fails_at`."""

    token = "t"

    def __init__(self) -> None:
        self.checks, self.fails_at = 0, -1

    def __enter__(self) -> "Ours":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to let go of."""

    def check(self) -> None:
        self.checks += 1
        if self.checks == self.fails_at:
            raise SinkError("the lake is another's")


@dataclass
class Frame:
    """As Spark hands a batch of data files over."""

    files: list[DataFile]

    def collect(self) -> list[Any]:
        return [SimpleNamespace(file=file.to_json()) for file in self.files]


@dataclass
class Writer:
    """A sink on a lake, fed by hand."""

    lake: Lake
    checkpoint: Path
    run: str = "run"

    def __post_init__(self) -> None:
        self.hold, self.batches, self.number = Ours(), list[Batch](), 0
        self.sink = FeaturesSink(self.lake, self.run, self.checkpoint, self.batches.append, cast("Hold", self.hold))

    def files(self, *seqs: int, **values: Any) -> list[DataFile]:
        """A file with a row for each number."""
        rows = [features_row(seq, **values) for seq in seqs]
        return list(write_data_files(self.sink.uri, [pa.Table.from_pylist(rows, FEATURES.arrow())]))

    def write(self, files: list[DataFile], end: int) -> None:
        offsets = self.checkpoint / "offsets"
        offsets.mkdir(parents=True, exist_ok=True)
        (offsets / str(self.number)).write_text(f"v1\n{{}}\n{json.dumps({'seq': end})}")
        self.sink.write(cast("Any", Frame(files)), self.number)
        self.number += 1

    def table(self) -> DeltaTable:
        return DeltaTable(self.lake.uri("features"), storage_options=self.lake.storage_options())

    def seqs(self) -> list[int]:
        return sorted(self.table().to_pyarrow_table(columns=["seq"])["seq"].to_pylist())
