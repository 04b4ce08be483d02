"""The peers' packages, beside ours and not among them, installed once and kept."""

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

from tests.servers.cache import kept

REQUIREMENTS = Path(__file__).with_name("requirements.txt")


def python() -> Path:
    """The interpreter that has them. Raises subprocess.CalledProcessError if they can't be installed."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:16]
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return kept(f"peers-{digest}-python{version}", _install) / "bin" / "python"


def _install(folder: Path) -> None:
    venv.EnvBuilder(symlinks=True, with_pip=False).create(folder)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--python", folder / "bin" / "python"]
    subprocess.run([*map(str, pip), "install", "--require-hashes", "-r", str(REQUIREMENTS)], check=True)
