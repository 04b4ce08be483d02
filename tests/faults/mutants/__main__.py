"""`python -m tests.faults.mutants [--case 13 ...]`: breaks a copy of the code, a place for each case, and runs a test.

Exit code 1 if a test passes all the same. The copy is of the files that git knows, as they are now.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.conftest import ROOT
from tests.faults.mutants.mutants import MUTANTS, Mutant

#: Of pytest: tests were collected and run, and some failed.
FAILED = 1
#: A test that waits without end for what can't come has seen it, too.
TIMEOUT_S = 900.0


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.mutants")
    parser.add_argument("--case", type=int, action="append", help="only these; all by default")
    wanted = parser.parse_args().case
    table = Table("case", "what was broken", "test", "seen", "s", title="Broken on purpose")
    survived = 0
    with tempfile.TemporaryDirectory(prefix="verger-mutants-") as folder:
        for mutant in (m for m in MUTANTS if wanted is None or m.case in wanted):
            began = time.monotonic()
            seen = run(mutant, Path(folder))
            survived += seen is None
            row = (str(mutant.case), mutant.broken, mutant.test, seen or "SURVIVED", f"{time.monotonic() - began:.0f}")
            print(" | ".join(row), file=sys.stderr, flush=True)
            table.add_row(*row)
    Console(width=200).print(table)
    return 1 if survived else 0


def run(mutant: Mutant, folder: Path) -> str | None:
    """How the test failed on the broken code; None if it passed."""
    checkout = copied(folder / str(mutant.case))
    path = checkout / mutant.file
    path.write_text(path.read_text("utf-8").replace(mutant.old, mutant.new), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "", "-p", "no:cacheprovider", mutant.test]
    pytest = subprocess.Popen(
        command, cwd=checkout, env=os.environ | {"PYTHONPATH": str(checkout)}, text=True, encoding="utf-8",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        printed, _ = pytest.communicate(timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return f"not over after {TIMEOUT_S:g} s"
    finally:
        with suppress(ProcessLookupError):
            os.killpg(pytest.pid, signal.SIGKILL)
        pytest.wait()
        shutil.rmtree(checkout, ignore_errors=True)
    if pytest.returncode == 0:
        return None
    if pytest.returncode != FAILED:
        raise SystemExit(f"case {mutant.case} can't be run: {printed}")
    return next(line for line in printed.splitlines() if line.startswith(("FAILED", "ERROR"))).rpartition("::")[2]


def copied(to: Path) -> Path:
    """The checkout's files, and what tests look for beside it."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in listed.decode().rstrip("\0").split("\0"):
        (to / "checkout" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, to / "checkout" / name)
    (to / "shared").symlink_to(ROOT.parent / "shared")
    return to / "checkout"


if __name__ == "__main__":
    sys.exit(main())
