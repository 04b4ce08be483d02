"""A converted model as one file, for machines without TensorFlow: a ZIP of the LiteRT file and of what it is."""

import io
import json
import zipfile
from dataclasses import dataclass

_MODEL, _ABOUT = "model.tflite", "about.json"
#: The only time in the file, ZIP's first: the same model is the same bytes.
_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class PackedModel:
    """`tflite`: a LiteRT file. `weights`: their SHA-256's start, or the demo's seed. `converter`: what made it."""

    tflite: bytes
    weights: str
    converter: str
    is_demo: bool


def packed(model: PackedModel) -> bytes:
    """The file; the same bytes for the same model."""
    about = {"weights": model.weights, "converter": model.converter, "is_demo": model.is_demo}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:  # weights don't compress
        archive.writestr(zipfile.ZipInfo(_ABOUT, _TIME), json.dumps(about))
        archive.writestr(zipfile.ZipInfo(_MODEL, _TIME), model.tflite)
    return file.getvalue()


def unpacked(content: bytes) -> PackedModel | None:
    """What `packed` was given; None for a file of another kind, or one that is damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            about = json.loads(archive.read(_ABOUT))
            return PackedModel(archive.read(_MODEL), about["weights"], about["converter"], bool(about["is_demo"]))
    except (zipfile.BadZipFile, KeyError, ValueError):
        return None
