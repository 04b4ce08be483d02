"""`python -m tests.faults.mutants [--case 13 ...]`: breaks a copy of the code, a place for each case, and runs a test.

The test must pass on the code as it is, and fail on the broken one. Exit code 1 if it does not. The copy is of the
files that git knows, as they are now.
"""

import argparse
import functools
import signal
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.faults.mutants.mutant import Mutant
from tests.faults.mutants.mutants import MUTANTS
from tests.faults.mutants.trial import Outcome, limit_s, tried


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.mutants")
    parser.add_argument("--case", type=int, nargs="+", action="extend", help="only these")
    wanted = parser.parse_args().case
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # what was started is ended, too
    table = Table("case", "what was broken", "test", "seen failing", "s", title="Broken on purpose")
    unproven = 0
    with tempfile.TemporaryDirectory(prefix="verger-mutants-") as folder:
        unbroken = functools.cache(lambda test: timed(test, Path(folder)))
        for mutant in [mutant for mutant in MUTANTS if wanted is None or mutant.case in wanted]:
            before, took_s = unbroken(mutant.test)
            began = time.monotonic()
            after = tried(mutant.test, Path(folder), limit_s(took_s), mutant) if before.kind == "passed" else None
            unproven += after is None or after.kind != "failed"
            row = (*told(mutant), verdict(before, after), f"{time.monotonic() - began:.0f}")
            print(" | ".join(row), file=sys.stderr, flush=True)
            table.add_row(*map(escape, row))
    Console(width=200).print(table)
    return 1 if unproven else 0


def timed(test: str, folder: Path) -> tuple[Outcome, float]:
    """A test on the code as it is, and the seconds it took."""
    began = time.monotonic()
    return tried(test, folder), time.monotonic() - began


def told(mutant: Mutant) -> tuple[str, str, str]:
    """What the table tells of it beforehand."""
    return str(mutant.case), mutant.broken, mutant.test.removeprefix("tests/")


def verdict(before: Outcome, after: Outcome | None) -> str:
    """What the table tells of it afterwards; `after` is None if there was no sense in breaking anything."""
    if after is None:
        return f"NO PROOF: {before.kind} on the code as it is: {before.said}"
    if after.kind == "passed":
        return "SURVIVED"
    return after.said if after.kind == "failed" else f"NO PROOF: {after.kind}: {after.said}"


if __name__ == "__main__":
    sys.exit(main())
