"""Where a rollback goes after deployments and rollbacks in any order."""

import pytest

from conf.emr.history import followed


def after(*deployed: str, in_use: str = "") -> list[str]:
    """The history after deployments. `<x` among them: a rollback to x, which writes nothing."""
    known: list[str] = []
    for release in deployed:
        if not release.startswith("<"):
            known = followed(known, in_use, release)
        in_use = release.removeprefix("<")
    return known[: known.index(in_use) + 1]


@pytest.mark.parametrize(
    ("deployed", "expected"),
    [
        (["1.0"], ["1.0"]),
        (["1.0", "1.1"], ["1.0", "1.1"]),
        (["1.0", "1.1", "<1.0"], ["1.0"]),
        (["1.0", "1.1", "<1.0", "1.2"], ["1.0", "1.2"]),
        (["1.0", "1.1", "<1.0", "1.2", "<1.0", "1.1"], ["1.0", "1.1"]),
        (["1.0", "1.1", "1.0"], ["1.1", "1.0"]),
        (["1.0", "1.1", "1.2", "1.1"], ["1.0", "1.2", "1.1"]),
    ],
)
def test_a_rollback_never_goes_to_what_was_rolled_away_from(deployed: list[str], expected: list[str]) -> None:
    assert after(*deployed) == expected


def test_a_release_that_never_came_into_use_is_not_gone_back_to() -> None:
    failed = followed(["1.0"], "1.0", "1.1")
    assert followed(failed, "1.0", "1.1") == failed
    assert followed(failed, "1.0", "1.2") == ["1.0", "1.2"]


def test_what_was_in_use_before_there_was_a_history_is_gone_back_to() -> None:
    assert followed([], "0.9", "1.0") == ["0.9", "1.0"]


def test_a_new_stack_begins_anew() -> None:
    assert followed(["0.8", "0.9"], "", "1.0") == ["1.0"]
