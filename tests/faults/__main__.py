"""`make faults`: every case, and a table of what was done and what was seen.

    python -m tests.faults [--times 20] [words of pytest, such as -k clock or -x]

`--times`: all of them so often, one round after the other; a line of the table then tells how often a case passed.
Exit code 0 only if all cases passed each time.
"""

import argparse
import sys
from collections import defaultdict
from dataclasses import dataclass, field

import pytest
from rich.console import Console
from rich.table import Table

from tests.faults.elsewhere import ELSEWHERE


@dataclass
class Line:
    """A line of the table."""

    case: int
    done: str
    seen: str
    outcome: str
    seconds: float


@dataclass(eq=False)  # pytest keeps plugins in sets
class Lines:
    """A pytest plugin that keeps what each test did and saw."""

    own: list[Line] = field(default_factory=list)
    elsewhere: dict[str, list[tuple[str, float]]] = field(default_factory=lambda: defaultdict(list))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test has passed, failed or was skipped; or its setup or its end went wrong."""
        if report.when != "call" and report.outcome == "passed":
            return
        told = dict(report.user_properties)
        if "case" in told:
            self.own.append(
                Line(
                    int(str(told["case"])),
                    str(told["done"]),
                    str(told.get("seen", "")),
                    report.outcome,
                    report.duration,
                )
            )
        elif report.nodeid.startswith("tests/faults/"):
            self.own.append(Line(0, report.nodeid.partition("::")[2], "", report.outcome, report.duration))
        for _, _, where in ELSEWHERE:
            if report.nodeid.startswith(where):
                self.elsewhere[where].append((report.outcome, report.duration))

    def lines(self) -> list[Line]:
        """All that ran, by case."""
        lines = list(self.own)
        for case, done, where in ELSEWHERE:
            if ran := self.elsewhere.get(where):
                failed = sum(outcome == "failed" for outcome, _ in ran)
                seen = f"{sum(outcome == 'passed' for outcome, _ in ran)} tests of {where.partition('::')[0]}"
                lines.append(Line(case, done, seen, "failed" if failed else "passed", sum(s for _, s in ran)))
        return sorted(lines, key=lambda line: line.case)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make faults")
    parser.add_argument("--times", type=int, default=1)
    args, words = parser.parse_known_args(arguments)
    lines = Lines()
    places = ["tests/faults", "--ignore=tests/faults/mutants", *dict.fromkeys(where for _, _, where in ELSEWHERE)]
    code = 0
    for _ in range(args.times):
        code = code or int(pytest.main(["-q", "-m", "not bench", *words, *places], plugins=[lines]))
    Console(width=180).print(table(lines.lines()))
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
