"""What is not known is never taken for safe."""

from typing import Any

import pytest

from tests import audit_deps

SAFE = {"name": "a", "version": "1", "vulns": []}
HOLE = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1"}, {"id": "CVE-2"}]}
SKIPPED = {"name": "b", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("osv", "pypi", "code", "says"),
    [
        ([SAFE], [], 0, "no known holes in the 1 packages"),
        ([SAFE, SKIPPED], [SAFE, HOLE], 1, "b 2: PYSEC-1, CVE-2"),
        ([], [SAFE, SKIPPED], 2, "1 of 2 packages"),
        ([], [], 2, "0 of all packages"),
    ],
)
def test_outcomes(
    osv: list[Any],
    pypi: list[Any],
    code: int,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(audit_deps, "_asked", {"osv": osv, "pypi": pypi}.__getitem__)
    assert audit_deps.main() == code
    assert says in capsys.readouterr().out
