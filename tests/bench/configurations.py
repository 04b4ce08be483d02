"""What is measured against what: each is one command, in a process of its own."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench.outputs import Features, from_lake, from_npz, from_parquet

FRESH = ", TensorFlow anew in each task"


@dataclass(frozen=True)
class Configuration:
    """`command`, `variables`: from a landing and a folder of its own to write to. `features`: what it wrote there."""

    name: str
    command: Callable[[Path, Path], list[str]]
    features: Callable[[Path], Features]
    variables: Callable[[Path, Path], Mapping[str, str]] = lambda _landing, _out: {}


def verger(weights: Path, **settings: object) -> Configuration:
    """`verger stream --drain` with its defaults, but for `settings`. The converted model is in the cache."""

    def variables(landing: Path, out: Path) -> dict[str, str]:
        named = {"landing": landing, "lake": out / "lake", "weights": weights, **settings}
        return {f"VERGER_{name.upper()}": str(value) for name, value in named.items()}

    return Configuration(
        "verger",
        lambda _landing, _out: [sys.executable, "-m", "verger", "stream", "--drain"],
        lambda out: from_lake(out / "lake"),
        variables,
    )


def bare_loop(weights: Path, processes: int = 0) -> Configuration:
    """Our decoder and model without Spark, tables or anything else: bare_loop.py. 0: a process for each core."""
    return Configuration(
        "bare loop",
        lambda landing, out: script("bare_loop", landing, out / "out.npz", weights, processes),
        lambda out: from_npz(out / "out.npz"),
    )


def notebook(weights: Path, *, fresh: bool = False) -> Configuration:
    """The notebook's pattern, as the batch job that it was: notebook.py. `fresh`: TensorFlow anew in each task."""
    return Configuration(
        f"notebook{FRESH if fresh else ''}",
        lambda landing, out: script("notebook", landing, out, weights, *(["--fresh-workers"] if fresh else [])),
        lambda out: from_parquet(out / "features"),
    )


def notebook_stream(weights: Path, batch: int, *, fresh: bool = False) -> Configuration:
    """The same as a Structured Streaming query of `batch` pictures a micro-batch."""
    flags = ["--batch", batch, *(["--fresh-workers"] if fresh else [])]
    return Configuration(
        f"notebook as a stream{FRESH if fresh else ''}",
        lambda landing, out: script("notebook", landing, out, weights, *flags),
        lambda out: from_parquet(out / "features"),
    )


def keras(weights: Path) -> Configuration:
    """What is right: keras_reference.py."""
    return Configuration(
        "Keras",
        lambda landing, out: script("keras_reference", landing, out / "out.npz", weights),
        lambda out: from_npz(out / "out.npz"),
    )


def script(name: str, *arguments: object, interpreter: Path | str = sys.executable) -> list[str]:
    """The command of a module beside this one."""
    return [str(interpreter), "-m", f"tests.bench.{name}", *map(str, arguments)]
