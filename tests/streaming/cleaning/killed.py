"""`verger clean` that kills itself: `python -m tests.streaming.cleaning.killed COUNT`, settings in the environment.

It ends by SIGKILL just before, or just after, its COUNTth change of the landing, the archive or the progress.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from rich.console import Console

from conf.load import load_settings
from streaming.cleaning import aside, folder_archive, s3_cleaning, sweep
from streaming.cleaning.progress import Progress
from streaming.cleaning.run import run_clean
from streaming.stores.s3_clients import boto3_client

_CHANGES: list[tuple[Any, str]] = [
    (os, "rename"),
    (os, "unlink"),
    (aside, "rename_noreplace"),
    (folder_archive, "rename_noreplace"),
    (Progress, "write"),
]
_REQUESTS = ("copy_object", "delete_object", "put_object_tagging")


class Fate:
    """Counts down; an odd number kills before the change, an even one after it."""

    def __init__(self, count: int) -> None:
        self.left = count

    def strikes(self, change: Callable[..., Any]) -> Callable[..., Any]:
        def changed(*args: Any, **kwargs: Any) -> Any:
            self._step()
            result = change(*args, **kwargs)
            self._step()
            return result

        return changed

    def _step(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def main(count: int) -> None:
    fate = Fate(count)
    for owner, name in _CHANGES:
        setattr(owner, name, fate.strikes(getattr(owner, name)))

    def doomed(timeout_s: float) -> Any:
        client: Any = boto3_client(timeout_s)
        for name in _REQUESTS:
            if not hasattr(getattr(client, name), "doomed"):
                request = fate.strikes(getattr(client, name))
                request.doomed = True  # type: ignore[attr-defined]
                setattr(client, name, request)
        return client

    vars(s3_cleaning)["boto3_client"] = doomed
    sweep.BATCH = 3
    run_clean(load_settings().settings, Console())


if __name__ == "__main__":
    main(int(sys.argv[1]))
