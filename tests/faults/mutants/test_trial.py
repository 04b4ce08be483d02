"""A test that fails has seen something; one that can't be run has not."""

import subprocess
from pathlib import Path

import pytest

from tests.faults.mutants.trial import Outcome, end_all, judged


@pytest.mark.parametrize(
    ("inner", "outcome"),
    [
        ("", Outcome("passed")),
        (
            '<failure message="assert 1 == 2&#10; +  where 1">E  assert 1 == 2</failure>',
            Outcome("failed", "assert 1 == 2"),
        ),
        (
            '<failure message="AssertionError: starting&#10;verger: gone&#10;assert 2 == 0&#10;"></failure>',
            Outcome("failed", "assert 2 == 0: verger: gone"),
        ),
        (
            '<failure message="AssertionError">&gt;  assert seen\nE  AssertionError</failure>',
            Outcome("failed", "AssertionError: assert seen"),
        ),
        (
            '<failure message="AssertionError: up&#10;verger: gone&#10;">&gt;  assert code == 0\nE  up</failure>',
            Outcome("failed", "assert code == 0: verger: gone"),
        ),
        ('<failure message="NameError: x">E  NameError: x</failure>', Outcome("error", "NameError: x")),
        (
            '<failure message="assert 1 == 0">E  verger: it failed: ImportError: no y</failure>',
            Outcome("error", "ImportError: no y"),
        ),
        ('<error message="a fixture">E  OSError: it</error>', Outcome("error", "a fixture")),
        ('<skipped message="no pictures"/>', Outcome("skipped", "no test ran")),
    ],
)
def test_only_a_failure_of_the_test_itself_counts(tmp_path: Path, inner: str, outcome: Outcome) -> None:
    report = tmp_path / "report.xml"
    report.write_text(f'<testsuites><testsuite><testcase name="test">{inner}</testcase></testsuite></testsuites>')
    assert judged(report) == outcome


def test_no_test_at_all_proves_nothing(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text("<testsuites><testsuite/></testsuites>")
    assert judged(report).kind == "skipped"


def test_what_was_started_for_a_copy_is_ended_with_it(tmp_path: Path) -> None:
    (copy := tmp_path / "copy").mkdir()
    inside, beside = (subprocess.Popen(["sleep", "60"], cwd=at, start_new_session=True) for at in (copy, Path("/")))
    try:
        end_all(tmp_path)
        assert inside.wait(10) == -9
        assert beside.poll() is None
    finally:
        for process in (inside, beside):
            process.kill()
            process.wait()
