"""Checks side by side, each bounded in time: what hangs is a finding, too."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from conf.errors import SentenceError
from schemas.text import printable

#: All checks together take no longer: an endpoint that doesn't answer is given up.
LIMIT_S = 10.0


@dataclass(frozen=True)
class Check:
    """What was looked at; if it is not `well`, the sentence says what to mend."""

    name: str
    well: bool
    sentence: str


def run_checks(checks: Mapping[str, Callable[[], str]], limit_s: float = LIMIT_S) -> list[Check]:
    """Run each in a thread of its own; it returns a sentence, or raises. Found in this order; never raises."""
    found: dict[str, Check] = {}
    threads = [threading.Thread(target=_run, args=(name, look, found), daemon=True) for name, look in checks.items()]
    for thread in threads:
        thread.start()
    until = time.monotonic() + limit_s
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    late = f"no answer within {limit_s:g} s: look at the network, or at the endpoint that AWS_ENDPOINT_URL names"
    return [found.get(name, Check(name, False, late)) for name in checks]


def _run(name: str, look: Callable[[], str], found: dict[str, Check]) -> None:
    try:
        found[name] = Check(name, True, look())
    except SentenceError as error:
        found[name] = Check(name, False, str(error))
    except Exception as error:  # noqa: BLE001  (whatever it is, a person reads it as a sentence)
        first = (str(error).strip().splitlines() or [""])[0][:300]
        found[name] = Check(name, False, printable(f"{type(error).__name__}: {first}"))
