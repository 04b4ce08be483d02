"""A pytest plugin: `--in-a-row 20` runs each test so often, one run after the other, with its servers started once."""

from copy import copy

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--in-a-row", type=int, default=1)


@pytest.hookimpl(trylast=True)  # of those that are not deselected
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items[:] = [_again(item) for item in items for _ in range(config.getoption("--in-a-row"))]


def _again(item: pytest.Item) -> pytest.Item:
    """The same test, with its own fixtures and its own report, as pytest tells items apart by identity."""
    made = copy(item)
    made.user_properties = []
    made._report_sections = []
    if isinstance(made, pytest.Function):
        made._initrequest()
    return made
