"""`make audit-deps`: asks for known holes in what the lock file pins. Ends with 0: none; 1: some; 2: not known."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parent.parent / "requirements-dev.txt"
#: Where pip-audit can ask; a mirror of PyPI often knows of no holes, and says that it knows of no package.
SERVICES = ("osv", "pypi")
TIMEOUT_S = 600.0


def main() -> int:
    """The exit code."""
    answers = {service: _asked(service) for service in SERVICES}
    found = [d for answer in answers.values() for d in answer if d.get("vulns")]
    for dependency in {d["name"]: d for d in found}.values():
        holes = ", ".join(v["id"] for v in dependency["vulns"])
        sys.stdout.write(f"{dependency['name']} {dependency['version']}: {holes}\n")
    if found:
        return 1
    told = max(sum("vulns" in d for d in answer) for answer in answers.values())
    total = max(map(len, answers.values()))
    if not told or told < total:
        sys.stdout.write(
            f"{told} of {total or 'all'} packages of {LOCK.name} could be audited: neither api.osv.dev nor PyPI's JSON "
            "API answered for the others; run it where one of them can be reached.\n"
        )
        return 2
    sys.stdout.write(f"no known holes in the {told} packages of {LOCK.name}\n")
    return 0


def _asked(service: str) -> list[dict[str, Any]]:
    """What a service says of each package: `vulns`, or `skip_reason`; empty if it can't be reached."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(LOCK), "--require-hashes", "--disable-pip", "-s", service]
    try:
        done = subprocess.run(
            [*command, "-f", "json", "--progress-spinner", "off"], capture_output=True, timeout=TIMEOUT_S, check=False
        )
        answer: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, subprocess.TimeoutExpired):
        return []
    return answer


if __name__ == "__main__":
    sys.exit(main())
