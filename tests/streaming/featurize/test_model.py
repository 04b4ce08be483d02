"""Features against the notebook's printed values, Keras in float32, and full decodes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from schemas.errors import PictureError
from streaming.featurize.decode import Limits, decode
from streaming.featurize.model import Featurizer, load_model
from streaming.featurize.sniff import READABLE
from streaming.featurize.weights import Model

LIMITS = Limits(64 << 20, 100_000_000, READABLE, exif_orientation=True)
ROOT = Path(__file__).parents[3]
Features = NDArray[np.float32]


def cosine(a: Features, b: Features) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


@pytest.fixture(scope="module")
def featurizer(model: Model) -> Featurizer:
    return load_model(model.tflite, model.model_id)


def features(featurizer: Featurizer, path: Path) -> Features:
    return featurizer.features(decode(path.read_bytes(), LIMITS).pixels)


def test_features_agree_with_the_notebooks_printed_values(fruits: Path, featurizer: Featurizer) -> None:
    printed = json.loads((fruits / "notebook_features.json").read_text())
    assert len(printed) == 5
    for entry in printed:
        expected = entry["features_head"]
        seen = features(featurizer, fruits / "images" / entry["image"])[: len(expected)]
        assert np.abs(seen - expected).max() <= 2e-5


@pytest.fixture(scope="module")
def pictures(fruits: Path) -> list[Path]:
    """200, from all labels."""
    return sorted((fruits / "images").glob("*/*.jpg"))[::12]


@pytest.fixture(scope="module")
def keras(pictures: list[Path], weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("keras")
    images = [np.asarray(Image.open(p).resize((224, 224))) for p in pictures]
    np.save(folder / "pixels.npy", np.stack(images))
    module = "tests.streaming.featurize.keras_reference"
    command = [sys.executable, "-m", module, str(weights), str(folder / "pixels.npy"), str(folder / "out.npz")]
    subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"})
    return np.load(folder / "out.npz")


def test_200_pictures_agree_with_keras_in_float32(pictures: list[Path], featurizer: Featurizer, keras: Any) -> None:
    assert len(pictures) == 200
    for path, expected in zip(pictures, keras["plain"], strict=True):
        seen = features(featurizer, path)
        assert np.linalg.norm(seen - expected) / np.linalg.norm(expected) <= 1e-5


@pytest.mark.parametrize("kind", ["new", "legacy"])
def test_weights_with_top_give_the_same_features(kind: str, keras: Any) -> None:
    assert np.allclose(keras[kind], keras["plain"][:2], rtol=1e-5, atol=1e-6)


def test_photos_agree_with_a_full_decode(fruits: Path, featurizer: Featurizer) -> None:
    photos = sorted((fruits / "photos").glob("*.jpg"))
    assert len(photos) == 8
    for path in photos:
        with Image.open(path) as image:
            full = np.asarray(ImageOps.exif_transpose(image).convert("RGB").resize((224, 224)))
        assert cosine(features(featurizer, path), featurizer.features(full)) >= 0.999


def test_different_pictures_differ_clearly(fruits: Path, featurizer: Featurizer) -> None:
    onion = features(featurizer, fruits / "images" / "Onion White" / "88_100.jpg")
    granadilla = features(featurizer, fruits / "images" / "Granadilla" / "72_100.jpg")
    assert onion.dtype == np.float32
    assert onion.shape == (1280,)
    assert cosine(onion, granadilla) < 0.9


def test_same_picture_gives_the_same_bits(featurizer: Featurizer) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (224, 224, 3), dtype=np.uint8)
    first = featurizer.features(pixels)
    featurizer.features(255 - pixels)
    assert np.array_equal(featurizer.features(pixels), first)


def test_model_is_loaded_once_per_process(model: Model) -> None:
    assert load_model(model.tflite, model.model_id) is load_model(b"not looked at", model.model_id)


def test_output_that_is_not_finite_is_bad_output(featurizer: Featurizer, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __init__(self, sound: Any) -> None:
            self.tensor, self.invoke = sound.tensor, sound.invoke

        def get_tensor(self, _: int) -> NDArray[np.float32]:
            return np.array([[1.0, np.nan, np.inf]], np.float32)

    monkeypatch.setattr(featurizer, "_interpreter", Broken(featurizer._interpreter))
    with pytest.raises(PictureError, match="2 of 3") as e:
        featurizer.features(np.zeros((224, 224, 3), np.uint8))
    assert e.value.code == "bad_output"


def test_loading_says_nothing_and_needs_no_tensorflow(model: Model, tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(model.tflite)
    code = (
        "import sys, pathlib; from streaming.featurize.model import load_model; "
        f"load_model(pathlib.Path({str(tmp_path / 'm')!r}).read_bytes(), 'm'); assert 'tensorflow' not in sys.modules"
    )
    child = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert child.stdout + child.stderr == b""
