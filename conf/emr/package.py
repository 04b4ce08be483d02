"""`make package`: all that a cluster runs, as files in `dist/`."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from conf.emr import environment
from conf.emr.lock import cluster_lock
from conf.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
#: What the wheel is made of: built from a copy, it has no module that is gone from here.
_SOURCES = ("schemas", "conf", "streaming", "batch")
_FILES = ("verger.py", "pyproject.toml", "README.md", "LICENSE")
#: The names in `dist/`, beside the wheel.
ENTRY, LOCK, MODEL, ARCHIVE = "entry.py", "requirements.txt", "model.zip", "environment.tar.gz"
WHEEL = "verger-*.whl"


def package(dist: Path) -> Iterator[Path]:
    """Write entry.py, the wheel, the cluster's lock file, the converted weights and the archive to `dist`.

    Yields the path of each when it is written; the archive, which this machine may not be able to make, is the last.
    Raises UserError: one sentence.
    """
    yield from without_archive(dist)
    with tempfile.TemporaryDirectory() as scratch:
        installed = Path(scratch) / "installed"
        environment.install(installed, dist / LOCK)
        environment.pack(installed, next(dist.glob(WHEEL)), dist / ARCHIVE)
    yield dist / ARCHIVE


def without_archive(dist: Path) -> Iterator[Path]:
    """All but the archive, which is all that the image needs, and takes seconds."""
    dist.mkdir(parents=True, exist_ok=True)
    yield Path(shutil.copy(Path(__file__).with_name(ENTRY), dist / ENTRY))
    yield build_wheel(dist)
    (dist / LOCK).write_text(cluster_lock(ROOT / LOCK), "utf-8")
    yield dist / LOCK
    yield convert(dist)


def build_wheel(dist: Path) -> Path:
    """Build the wheel of this checkout into `dist`, in the place of older ones. Raises UserError."""
    for older in dist.glob(WHEEL):
        older.unlink()
    with tempfile.TemporaryDirectory() as scratch:
        for folder in _SOURCES:
            shutil.copytree(ROOT / folder, Path(scratch) / folder, ignore=shutil.ignore_patterns("__pycache__"))
        for file in _FILES:
            shutil.copy(ROOT / file, scratch)
        _run("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(dist.resolve()), scratch)
    return next(dist.glob(WHEEL))


def convert(dist: Path) -> Path:
    """The weights of the settings (VERGER_WEIGHTS), converted: no TensorFlow is needed on the cluster."""
    _run("-m", "verger", "convert", str((dist / MODEL).resolve()))
    return dist / MODEL


def _run(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise UserError(done.stderr.strip().removeprefix("verger: ")[-500:])


def main() -> int:
    """Write `dist/`, and print what is in it with its size."""
    try:
        for file in package(ROOT / "dist"):
            print(f"{file.stat().st_size / 1e6:8.2f} MB  {file.relative_to(ROOT)}", flush=True)  # noqa: T201
    except UserError as error:
        print(f"package: {error}", file=sys.stderr)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
