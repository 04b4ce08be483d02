"""`make faults`: every case, and a table of what was done and what was seen.

    python -m tests.faults [--times 20] [--proofs] [words of pytest, such as -k clock or -n 3]

`--times`: all of them so often, one round after the other, up to a round in which one fails; a line of the table then
tells how often a case passed. `--proofs`: of each case only the test that was seen failing on broken code.
Exit code 0 only if all cases passed each time.
"""

import argparse
import sys
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from rich.console import Console
from rich.table import Table

from tests.faults.once import Line, once


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make faults")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--proofs", action="store_true")
    args, words = parser.parse_known_args(arguments)
    lines: list[Line] = []
    code = 0
    for _ in range(args.times):
        if code == 0:
            with ProcessPoolExecutor(1, get_context("spawn")) as alone:  # servers and Spark begin anew
                code, seen = alone.submit(once, words, proofs=args.proofs).result()
            lines += seen
    Console(width=180).print(table(sorted(lines, key=lambda line: line.case)))
    return code


def table(lines: list[Line]) -> Table:
    """A line a case; one that ran more than once tells how often it passed, and what was seen last."""
    made = Table("case", "what was done", "what was seen", "", "s", title="What the service must survive")
    rounds: dict[tuple[int, str], list[Line]] = defaultdict(list)
    for line in lines:
        rounds[line.case, line.done].append(line)
    for (case, done), ran in rounds.items():
        passed = sum(line.outcome == "passed" for line in ran)
        outcome = ran[0].outcome if len(ran) == 1 else f"passed {passed} of {len(ran)}"
        seconds = sum(line.seconds for line in ran) / len(ran)
        made.add_row(str(case or ""), done, ran[-1].seen, outcome, f"{seconds:.0f}")
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
