"""The list of what can be broken keeps up with the code."""

import pytest

from tests.conftest import ROOT
from tests.faults.mutants.mutants import MUTANTS, Mutant


def test_every_case_has_one() -> None:
    assert {mutant.case for mutant in MUTANTS} == set(range(1, 39))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: str(mutant.case))
def test_it_can_be_broken_there_and_its_test_exists(mutant: Mutant) -> None:
    assert (ROOT / mutant.file).read_text("utf-8").count(mutant.old) == 1
    file, _, name = mutant.test.partition("::")
    assert not name or f"def {name.partition('[')[0]}(" in (ROOT / file).read_text("utf-8")
