"""The lines in which `verger refit` and mllib_pca.py say how long their stages took."""

import re
from collections.abc import Mapping, Sequence

from tests.bench.measuring import RunError

#: `name, 0.05 s` or `name: facts, 1.2 s`.
_LINE = re.compile(r"^(?P<name>\w[\w ]*)(?:: .*)?, (?P<seconds>\d+(?:\.\d+)?) s$", re.MULTILINE)
#: Half of the last digit printed: a stage of 0.00 s took no more.
RESOLUTION_S = 0.005

#: What a refit prints, and mllib_pca.py.
OF_REFIT = ("current rows", "moments", "components", "projection", "MLlib model", "plots", "publishing")
OF_MLLIB = ("fit", "transform")

Seconds = dict[str, float]


def stage_seconds(output: str, expected: Sequence[str]) -> Seconds:
    """Seconds of each stage in what was printed, in order; the last ones where a name comes twice.

    Raises RunError if one that is `expected` wasn't printed.
    """
    seconds = {line["name"]: max(float(line["seconds"]), RESOLUTION_S) for line in _LINE.finditer(output)}
    missing = [name for name in expected if name not in seconds]
    if missing:
        raise RunError(f"no time of {', '.join(missing)} was printed, only of {', '.join(seconds)}: {output[-2000:]}")
    return seconds


def total(seconds: Mapping[str, float], *names: str) -> float:
    """The stages of these names together."""
    return sum(seconds[name] for name in names)
