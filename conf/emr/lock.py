"""The part of the lock file that a cluster needs."""

import re
from collections.abc import Iterable
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

#: Spark is the cluster's own, with its jars. TensorFlow (1.3 GB) converts the weights, which is done before.
LEFT_OUT = frozenset({"pyspark", "tensorflow", "tensorflow-cpu"})
#: EMR's machines, in the words of requirements' markers.
MACHINE = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": "3.11.0",
    "python_version": "3.11",
    "sys_platform": "linux",
}


def cluster_lock(lock: Path) -> str:
    """The lines of `lock` for what Verger needs on a cluster, versions and hashes as they are.

    Needs Verger with all its dependencies installed here: their metadata say who needs whom.
    """
    needed = _closure("verger")
    pins = re.split(r"\n(?=\S)", lock.read_text("utf-8"))
    return "\n".join(pin for pin in pins if canonicalize_name(re.split(r"[=\[ ]", pin)[0]) in needed).rstrip() + "\n"


def _closure(root: str) -> set[str]:
    found: set[str] = set()
    waiting: list[tuple[str, frozenset[str]]] = [(root, frozenset({""}))]
    while waiting:
        name, extras = waiting.pop()
        for wanted in _wanted(requires(name) or (), extras):
            known = canonicalize_name(wanted.name)
            if known not in found and known not in LEFT_OUT:
                found.add(known)
                waiting.append((known, frozenset({"", *wanted.extras})))
    return found


def _wanted(requirements: Iterable[str], extras: frozenset[str]) -> Iterable[Requirement]:
    """Those that hold on EMR, with one of `extras`."""
    for requirement in map(Requirement, requirements):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({**MACHINE, "extra": extra}) for extra in extras):
            yield requirement
