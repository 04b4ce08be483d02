"""The list of what can be broken keeps up with the code."""

import ast

import pytest

from tests.conftest import ROOT
from tests.faults.mutants.mutant import Mutant
from tests.faults.mutants.mutants import MUTANTS


def test_every_case_has_one() -> None:
    assert {mutant.case for mutant in MUTANTS} == set(range(1, 39))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: str(mutant.case))
def test_it_can_be_broken_there_and_its_test_exists(mutant: Mutant) -> None:
    text = (ROOT / mutant.file).read_text("utf-8")
    broken = mutant.broken_text(text)
    assert ast.dump(ast.parse(broken)) != ast.dump(ast.parse(text))
    file, _, name = mutant.test.partition("::")
    tests = [
        node.name for node in ast.parse((ROOT / file).read_text("utf-8")).body if isinstance(node, ast.FunctionDef)
    ]
    assert name.partition("[")[0] in tests


def test_what_is_not_there_once_is_refused() -> None:
    mutant = Mutant(1, "", "file", "a", "b", "")
    assert mutant.broken_text("cat") == "cbt"
    for text in ("dog", "banana"):
        with pytest.raises(ValueError, match="what is to be broken is"):
            mutant.broken_text(text)
