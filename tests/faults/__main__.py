"""`make faults`: every case, and a table of what was done and what was seen.

    python -m tests.faults [--times 20] [--proofs] [words of pytest, such as -k clock or -n 3]

`--times`: each test so often, one run after the other; a line of the table then tells how often it passed. `--proofs`:
of each case only the test that was seen failing on broken code. Exit code 0 only if all tests passed each time.
"""

import argparse
import sys
from collections import Counter, defaultdict

from rich.console import Console
from rich.table import Table

from tests.faults.running import Run, run


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make faults")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--proofs", action="store_true")
    args, words = parser.parse_known_args(arguments)
    code, runs = run(words, proofs=args.proofs, times=args.times)
    Console(width=180).print(table(runs, args.times))
    return code


def table(runs: list[Run], times: int) -> Table:
    """A line for what was done: how often it passed or not, what was seen last, and the seconds that one time takes."""
    made = Table("case", "what was done", "what was seen", "", "s", title="What the service must survive")
    lines: dict[tuple[int, str], list[Run]] = defaultdict(list)
    for ran in sorted(runs, key=lambda run: run.case):
        lines[ran.case, ran.done].append(ran)
    for (case, done), alike in lines.items():
        outcomes = Counter(run.outcome for run in alike)
        outcome = ", ".join(f"{count} {name}" for name, count in outcomes.items())
        made.add_row(str(case or ""), done, alike[-1].seen, outcome, f"{sum(run.seconds for run in alike) / times:.0f}")
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
