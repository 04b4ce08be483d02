"""Stands in for a JPEG decoder with bugs: the real simplejpeg, but for pictures whose comment names a bug.

Put this folder on PYTHONPATH before everything else. Nothing of ours knows of it.
"""

import ctypes
import os
import re
import signal
import sys
import time
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

#: `slow` takes so long for the first process that comes to it, and for no other.
SLOW_S = 90.0
#: As `hostile_picture` writes it: which bug, and a file that gets a line from each process that comes to it.
_BUG = re.compile(rb"verger-test (\w+) ([^\x00]+)\x00")


def _segfault() -> None:
    ctypes.string_at(0)


def _oom_killer() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _memory() -> None:
    """Takes what it gets; nothing of it is touched."""
    taken = []
    while True:
        taken.append(np.empty(1 << 27, np.uint8))


def _spin() -> None:
    """In C, with the GIL."""
    sum(range(10**18))


def _sleep() -> None:
    """In C, with the GIL, and without using the CPU."""
    while True:
        ctypes.PyDLL(None).sleep(1000)


def _stop() -> None:
    """Takes no alarm any more."""
    os.kill(os.getpid(), signal.SIGSTOP)


_BUGS = {
    b"segfault": _segfault,
    b"abort": os.abort,
    b"oom": _oom_killer,
    b"memory": _memory,
    b"exit": lambda: os._exit(3),
    b"spin": _spin,
    b"sleep": _sleep,
    b"stop": _stop,
}


def _real() -> ModuleType:
    here = str(Path(__file__).parent)
    spec = PathFinder.find_spec("simplejpeg", [path for path in sys.path if path != here])
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules["simplejpeg"] = module
    spec.loader.exec_module(module)
    return module


_simplejpeg = _real()
_decode_jpeg = _simplejpeg.decode_jpeg


def _decode(data: bytes, *args: Any, **kwargs: Any) -> Any:
    bug = _BUG.search(data)
    if bug:
        with Path(bug[2].decode()).open("a") as log:
            if bug[1] == b"slow" and not log.tell():
                log.write("slow first\n")
                log.flush()
                time.sleep(SLOW_S)
            log.write(f"{bug[1].decode()} {'child' if 'isolation.child' in ' '.join(sys.orig_argv) else 'worker'}\n")
        if bug[1] in _BUGS:
            _BUGS[bug[1]]()
    return _decode_jpeg(data, *args, **kwargs)


_simplejpeg.decode_jpeg = _decode  # type: ignore[attr-defined]
