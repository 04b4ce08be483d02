"""The model of the real weights, converted once."""

from pathlib import Path

import pytest

from streaming.featurize.weights import Model, resolve_model


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def weights(fruits: Path) -> Path:
    return fruits / "weights" / "mobilenet_v2_1.0_224_no_top.weights.h5"


@pytest.fixture(scope="session")
def model(weights: Path, cache_dir: Path) -> Model:
    return resolve_model(str(weights), cache_dir)
