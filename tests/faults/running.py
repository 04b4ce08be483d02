"""All cases, each so often as wanted, and what was done and seen."""

from dataclasses import dataclass, field

import pytest

from tests.faults.elsewhere import ELSEWHERE
from tests.faults.mutants.mutants import MUTANTS

OWN = "tests/faults/"
#: The same, of the tests that were seen failing: a case, a test.
PROOFS = tuple((mutant.case, mutant.test.partition("::")[2], mutant.test) for mutant in MUTANTS)


@dataclass
class Run:
    """A test that ran once."""

    case: int
    done: str
    seen: str
    outcome: str
    seconds: float


@dataclass(eq=False)  # pytest keeps plugins in sets
class Runs:
    """A pytest plugin that keeps what each test did and saw. `beside`: a case, what was done, and the test's name."""

    beside: tuple[tuple[int, str, str], ...]
    runs: list[Run] = field(default_factory=list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test has passed, failed or was skipped; or its setup or its end went wrong."""
        if report.when != "call" and report.outcome == "passed":
            return
        told = dict(report.user_properties)
        if "case" in told:
            self._keep(int(str(told["case"])), str(told["done"]), str(told.get("seen", "")), report)
        elif report.nodeid.startswith(OWN):
            self._keep(0, report.nodeid.partition("::")[2], "", report)
        for case, done, where in self.beside:
            if report.nodeid.startswith(where):
                self._keep(case, done, where.partition("::")[0], report)

    def _keep(self, case: int, done: str, seen: str, report: pytest.TestReport) -> None:
        self.runs.append(Run(case, done, seen, report.outcome, report.duration))


def run(words: list[str], *, proofs: bool = False, times: int = 1) -> tuple[int, list[Run]]:
    """Run all cases; the exit code of pytest, and what they did and saw.

    `proofs`: of each case only the test that was seen failing.
    """
    if proofs:
        runs = Runs(tuple(proof for proof in PROOFS if not proof[2].startswith(OWN)))
        places = [where for _, _, where in PROOFS]
    else:
        runs = Runs(ELSEWHERE)
        places = [OWN, "--ignore=tests/faults/mutants", *(where for _, _, where in ELSEWHERE)]
    repeated = ["-p", "tests.faults.in_a_row", "--in-a-row", str(times)]
    told = ["-q", "-m", "not bench", *repeated, *words, *dict.fromkeys(places)]
    return int(pytest.main(told, plugins=[runs])), runs.runs
