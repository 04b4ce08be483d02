"""A process that takes a lease and does as it is told: `python -m tests.conf.lease_holder URI HOLDER`."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from conf.lease import Lease, LeaseError, LeaseLostError

#: Long enough for a machine that does other things, too: a fifth of it is the limit of a request.
DURATION_S = 3.0


def take(uri: str, name: str = "test", wait_s: float = 0.0, duration_s: float = DURATION_S) -> Lease:
    """A lease of this process."""
    return Lease.take(uri, name, wait_s, duration_s)


def check_until_lost(lease: Lease) -> None:
    """Until it is to be renewed and can't be, or at the latest until it is over. Raises LeaseLostError."""
    while True:
        lease.check()
        time.sleep(0.1)


class Holder:
    """Such a process, seen from the test."""

    def __init__(self, uri: str, name: str) -> None:
        command = [sys.executable, "-m", "tests.conf.lease_holder", uri, name]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.said = self._hear()  #: "held", or why not

    def ask(self, what: str) -> str:
        """Its answer to `check` or `release`."""
        assert self.process.stdin is not None
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        return self._hear()

    def _hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@contextmanager
def holder(uri: str, name: str) -> Iterator[Holder]:
    """A process that has asked for the lease, killed at the end."""
    found = Holder(uri, name)
    try:
        yield found
    finally:
        found.process.kill()
        found.process.communicate()


def _answer(lease: Lease, what: str) -> str:
    try:
        if what == "release":
            lease.release()
        lease.check()
    except LeaseLostError as error:
        return str(error)
    return "ours"


def main(uri: str, name: str) -> None:
    try:
        lease = take(uri, name)
    except LeaseError as error:
        print(error, flush=True)
        return
    print("held", flush=True)
    for line in sys.stdin:
        print(_answer(lease, line.strip()), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
