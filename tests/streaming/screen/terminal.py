"""A program on a terminal of its own (a pty), and what it draws there."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def on_terminal(script: str, columns: int, variables: Mapping[str, str], rows: int = 24) -> str:
    """All that `script` writes to a terminal of this size, its control sequences with it."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "TERM": "xterm-256color"}
    program = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environment, **variables},
        cwd=ROOT,
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            part = os.read(ours, 65_536)
        except OSError:  # what Linux says when the last writer is gone
            part = b""
        if not part:
            break
        written += part
    os.close(ours)
    assert program.wait(60) == 0, written.decode(errors="replace")
    return written.decode("utf-8", "replace")


def lines(written: str) -> list[str]:
    """Each line that was ever drawn, without colours and movements."""
    return [_CONTROL.sub("", line).strip("\r") for line in re.split(r"\n|\r\x1b\[2K", written)]
