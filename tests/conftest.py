"""What all tests share: a clean environment, and the pictures beside the checkout."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.servers.fixtures"]

ROOT = Path(__file__).resolve().parent.parent
FRUITS = ROOT.parent / "shared" / "fruits"

# How long an example takes says how busy the machine is.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes first: the short ones then fill both cores up to the end."""
    items.sort(key=lambda item: item.get_closest_marker("spark") is None)


@pytest.fixture(autouse=True)
def _no_settings_of_the_developer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove VERGER_* and AWS_*: neither a test nor a command it starts sees them."""
    for variable in list(os.environ):
        if variable.upper().startswith(("VERGER_", "AWS_")):
            monkeypatch.delenv(variable)


@pytest.fixture(scope="session")
def fruits() -> Path:
    """The folder of fruit pictures, weights and the notebook's features; not part of the checkout."""
    if FRUITS.is_dir():
        return FRUITS
    message = f"the fruit pictures are missing: {FRUITS}"
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def weights(fruits: Path) -> str:
    """The path of the real ImageNet weights."""
    return str(fruits / "weights" / "mobilenet_v2_1.0_224_no_top.weights.h5")
