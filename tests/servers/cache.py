"""Servers that have to be built or installed are so once, and kept."""

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skip the test, as `what` is missing; under CI=1 or CI=true, fail it."""
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(what)
    pytest.skip(what)


def kept(name: str, build: Callable[[Path], None]) -> Path:
    """The folder of that name in `~/.cache/verger-tests`, filled by `build` if it isn't there.

    Whole or not at all: it is built beside, then renamed. Of two processes that build at once one wins.
    Raises what `build` raises.
    """
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "verger-tests" / name
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=folder.parent))
        try:
            build(beside)
            with suppress(OSError):  # another one was first
                beside.rename(folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return folder
