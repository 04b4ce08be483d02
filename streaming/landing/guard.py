"""No source that has lost its driver: its process outlives a `kill -9` of the JVM or the driver (seen: 15 s)."""

import os
import threading
import time

#: An orphan leaves within WATCH_S; a new source waits this long for it before it gives up.
WAIT_S = 20.0
WATCH_S = 0.2
#: What the one who writes the ledger has locked, among the lake's files on this machine.
LEDGER_LOCK = "ledger.lock"


def leave_with_parent() -> None:
    """End this process at once when the one that started it is gone."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH_S)
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
