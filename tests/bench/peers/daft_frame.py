"""Daft: a glob of paths, downloads, a class with the model in processes of its own, Parquet.

`python -m tests.bench.peers.daft_frame LANDING OUT keras|litert FILE CORES`
"""

import sys
from typing import Any

import daft

from tests.bench.peers.featurizers import BATCH, FEATURIZERS

FEATURES = daft.DataType.list(daft.DataType.float32())


def main(landing: str, out: str, kind: str, file: str, cores: str) -> None:
    @daft.cls(max_concurrency=int(cores), use_process=True)
    class Featurize:
        """Loaded once in each process."""

        def __init__(self, kind: str, file: str) -> None:
            self._features = FEATURIZERS[kind](file)

        @daft.method.batch(return_dtype=FEATURES, batch_size=BATCH)  # type: ignore[untyped-decorator]
        def features(self, contents: daft.Series) -> Any:
            return list(self._features(contents.to_pylist()))

    daft.set_runner_native()
    pictures = daft.from_glob_path(f"{landing}/**/*.jpg")
    contents = pictures.with_column("content", pictures["path"].download())
    featurize = Featurize(kind, file)
    contents.select("path", featurize.features(contents["content"]).alias("features")).write_parquet(f"{out}/features")


if __name__ == "__main__":
    main(*sys.argv[1:])
