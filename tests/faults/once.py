"""One round of all cases, and what was done and seen in it."""

from collections import defaultdict
from dataclasses import dataclass, field

import pytest

from tests.faults.elsewhere import ELSEWHERE
from tests.faults.mutants.mutants import MUTANTS

OWN = "tests/faults/"
#: The same, of the tests that were seen failing: a case, a test.
PROOFS = tuple((mutant.case, mutant.test.partition("::")[2], mutant.test) for mutant in MUTANTS)


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

    beside: tuple[tuple[int, str, str], ...]
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
        elif report.nodeid.startswith(OWN):
            self.own.append(Line(0, report.nodeid.partition("::")[2], "", report.outcome, report.duration))
        for _, _, where in self.beside:
            if report.nodeid.startswith(where):
                self.elsewhere[where].append((report.outcome, report.duration))

    def lines(self) -> list[Line]:
        """All that ran."""
        lines = list(self.own)
        for case, done, where in self.beside:
            if ran := self.elsewhere.get(where):
                failed = sum(outcome == "failed" for outcome, _ in ran)
                seen = f"{sum(outcome == 'passed' for outcome, _ in ran)} tests of {where.partition('::')[0]}"
                lines.append(Line(case, done, seen, "failed" if failed else "passed", sum(s for _, s in ran)))
        return lines


def once(words: list[str], *, proofs: bool = False) -> tuple[int, list[Line]]:
    """All cases, in this process; the exit code of pytest, and what they did and saw.

    `proofs`: of each case only the test that was seen failing.
    """
    if proofs:
        lines = Lines(tuple(proof for proof in PROOFS if not proof[2].startswith(OWN)))
        places = [where for _, _, where in PROOFS]
    else:
        lines = Lines(ELSEWHERE)
        places = [OWN, "--ignore=tests/faults/mutants", *(where for _, _, where in ELSEWHERE)]
    return int(pytest.main(["-q", "-m", "not bench", *words, *dict.fromkeys(places)], plugins=[lines])), lines.lines()
