"""Converted models on disk: converting takes 15 seconds, reading back one."""

import hashlib
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)
_DIGEST = hashlib.sha256().digest_size


def default_cache_dir() -> Path:
    """`$XDG_CACHE_HOME/verger`, by default `~/.cache/verger`."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "verger"


def cached(folder: Path, key: str, make: Callable[[], bytes]) -> bytes:
    """The bytes kept under `key`, made by `make` if there are none, or if they are damaged.

    A reader sees a whole entry or none, also after a crash: it is renamed into place, and begins with the
    SHA-256 of the rest. A folder that can't be written costs a conversion at each start, and is logged.
    """
    name = f"{hashlib.sha256(key.encode()).hexdigest()}.tflite"
    found = _read(folder / name)
    if found is not None:
        return found
    content = make()
    try:
        _write(folder, name, content)
    except OSError as e:
        log.warning("the converted model can't be kept in %s: %s", folder, e)
    return content


def _read(path: Path) -> bytes | None:
    try:
        entry = path.read_bytes()
    except OSError:
        return None
    content = entry[_DIGEST:]
    if hashlib.sha256(content).digest() == entry[:_DIGEST]:
        return content
    log.warning("%s is damaged and made anew", path)
    return None


def _write(folder: Path, name: str, content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(content).digest() + content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(folder / name)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
