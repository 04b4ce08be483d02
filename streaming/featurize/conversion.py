"""Runs convert.py in a child process."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from streaming.featurize.weights_error import WeightsError

TIMEOUT_S = 300.0
_ROOT = Path(__file__).parents[2]
_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0", "CUDA_VISIBLE_DEVICES": "-1"}


def converted(source: bytes | int, name: str) -> bytes:
    """LiteRT bytes of MobileNetV2 with the content of a weights file, or with the demo weights of a seed.

    Raises WeightsError with the child's last line. `name`: the setting, for that message.
    """
    with tempfile.TemporaryDirectory(prefix="verger-") as folder:
        out = Path(folder) / "model.tflite"
        failure = _run([str(out), *_arguments(source, Path(folder))])
        if failure is None:
            return out.read_bytes()
    raise WeightsError(
        f"weights {name} can't be converted ({failure}); "
        "give weights of MobileNetV2 with alpha 1.0 for 224 x 224 pixels (.weights.h5, with or without top)."
    )


def _arguments(source: bytes | int, folder: Path) -> list[str]:
    if isinstance(source, int):
        return ["--demo-seed", str(source)]
    weights = folder / "source.h5"
    weights.write_bytes(source)
    return ["--weights", str(weights)]


def _run(arguments: list[str]) -> str | None:
    """None, or why it failed: the last line that the child wrote to stderr."""
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    try:
        child = subprocess.run(
            [sys.executable, "-m", "streaming.featurize.convert", *arguments],
            env={**os.environ, **_QUIET, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"not done after {TIMEOUT_S:.0f} s"
    if child.returncode == 0:
        return None
    lines = child.stderr.decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), f"exit code {child.returncode}")
