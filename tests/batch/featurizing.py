"""Real pictures as rows, by the stream's own function, without a stream."""

from collections.abc import Sequence
from pathlib import Path

from conf.settings import Settings
from tests.batch.lakes import Row


def featurize_files(weights: str, first_seq: int, files: Sequence[Path]) -> list[Row]:
    """A row for each file, announced in this order; all of them are good."""
    from streaming.featurize.limits import Limits
    from streaming.featurize.model import load_model
    from streaming.featurize.rows import featurize_one
    from streaming.featurize.sniff import READABLE
    from streaming.featurize.weights import resolve_model

    model, settings = resolve_model(weights), Settings()
    featurizer = load_model(model.tflite, model.model_id)
    limits = Limits(settings.max_image_bytes, settings.max_image_pixels, READABLE, exif_orientation=True)
    rows = []
    for seq, file in enumerate(files, first_seq):
        result = featurize_one(file.read_bytes(), featurizer, limits, str(file))
        assert result.status == "ok", result
        rows.append(Row(seq, result.features, f"file://{file}", label=file.parent.name, model_id=model.model_id))
    return rows
