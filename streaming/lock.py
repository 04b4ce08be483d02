"""One stream for each lake."""

import os
import socket
from datetime import datetime, timezone
from pathlib import Path
from typing import TextIO

from conf.lake import Lake, LakeError
from streaming.landing.guard import LockedError, lock_file

STREAM_LOCK = "stream.lock"


def lock_lake(lake: Lake) -> TextIO:
    """Be the one stream of this lake, until the returned file is closed or the process ends, however it does.

    Raises:
        LakeError: another stream works on it; the sentence names the holder.
    """
    holder = f"process {os.getpid()} on {socket.gethostname()} since {datetime.now(timezone.utc):%F %T} UTC"
    try:
        return lock_file(Path(lake.root) / STREAM_LOCK, wait_s=1.0, holder=holder)
    except LockedError as error:
        raise LakeError(
            f"another stream works on {lake.root} ({error.holder}): stop it first, or set VERGER_LAKE to another lake"
        ) from None
    except OSError as error:
        raise LakeError(f"the lake {lake.root} can't be written: {error.strerror}") from None
