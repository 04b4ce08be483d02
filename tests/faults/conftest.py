"""What every case is given: pictures, a service, and a place to say what was done and what was seen."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.case import Case
from tests.streaming.service import Service


@pytest.fixture
def case(record_property: Callable[[str, object], None]) -> Case:
    """For the table of `make faults`."""
    return Case(record_property)


@pytest.fixture(scope="session")
def pictures(fruits: Path) -> list[Path]:
    """Some fruits of all kinds, small ones."""
    return sorted((fruits / "images").glob("*/*.jpg"))[::16]


@pytest.fixture
def service(tmp_path: Path, weights: str, pictures: list[Path]) -> Service:
    """A landing with these pictures, and a lake, in folders."""
    made = Service(tmp_path, weights, {"cores": 2})
    put_all(made, pictures)
    return made


def put_all(service: Service, pictures: list[Path], prefix: str = "") -> None:
    for picture in pictures:
        service.put(f"{picture.parent.name}/{prefix}{picture.name}", picture.read_bytes())


@pytest.fixture
def quick() -> dict[str, Any]:
    """Settings with which a retry comes soon."""
    return {"fetch_timeout_s": 3, "retry_backoff_s": 0.5, "max_attempts": 50, "cores": 2}
