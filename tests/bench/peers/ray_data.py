"""Ray Data: binary files, a pool of actors with the model, Parquet.

`python -m tests.bench.peers.ray_data LANDING OUT keras|litert FILE CORES`
"""

import sys
from typing import Any

import numpy as np
import ray
from ray.data import ActorPoolStrategy

from tests.bench.peers.featurizers import BATCH, FEATURIZERS


class Featurize:
    """An actor; the model is loaded once."""

    def __init__(self, kind: str, file: str) -> None:
        self._features = FEATURIZERS[kind](file)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        return {"path": batch["path"], "features": np.asarray(self._features(list(batch["bytes"])))}


def main(landing: str, out: str, kind: str, file: str, cores: str) -> None:
    ray.init(num_cpus=int(cores), include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    ray.data.DataContext.get_current().enable_progress_bars = False
    pictures = ray.data.read_binary_files(landing, include_paths=True, file_extensions=["jpg"])
    # Half a core each as far as Ray counts them: with a whole one there would be none left to read with.
    pictures.map_batches(
        Featurize,
        fn_constructor_args=(kind, file),
        batch_size=BATCH,
        compute=ActorPoolStrategy(size=int(cores)),
        num_cpus=0.5,
    ).write_parquet(f"{out}/features")


if __name__ == "__main__":
    main(*sys.argv[1:])
