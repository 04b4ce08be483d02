"""The full refit against MLlib's PCA: the fit, what is made of it, and the whole process."""

from collections.abc import Callable, Sequence
from statistics import median

from tests.bench.refit.runs import CACHED, FULL, PLAIN, Measured
from tests.bench.refit.stages import total
from tests.bench.report import Row
from tests.bench.spread import Spread, ratios

GOAL = 10.0
#: Stages of ours; Spark's start is in neither side's.
FIT, SELECTING = ("moments", "components"), "current rows"
AFTER = ("projection", "MLlib model", "publishing")
#: What Spark logs, once, where it found no native BLAS.
NO_BLAS = "Failed to load implementation from:dev.ludovic.netlib.blas.JNIBLAS"
Value = Callable[[Measured], float]


def rows(count: int, runs: dict[str, list[Measured]], *, goal: bool) -> list[Row]:
    """Of a table of `count` rows; the baseline is the faster MLlib, and the goal is only for the fit against that."""
    faster, slower = sorted((PLAIN, CACHED), key=lambda name: median(map(_fit_s, runs[name])))
    ours, theirs = runs[FULL], runs[faster]
    behind = {name: [measured.as_dict() for measured in runs[name]] for name in (FULL, PLAIN, CACHED)}
    return [
        Row(
            *_compared(f"fit, {count:,} rows, against {faster}, s", ours, theirs, _our_fit_s, _fit_s),
            GOAL if goal else None,
            f"ours: stages {' and '.join(FIT)}; baseline: {faster}, the faster one, {_blas(theirs)}",
            behind,
        ),
        Row(*_compared(f"fit, {count:,} rows, against {slower}, s", ours, runs[slower], _our_fit_s, _fit_s)),
        Row(
            *_compared(f"fit and telling the current rows, {count:,} rows, s", ours, theirs, _selected_s, _fit_s),
            how=f"ours: stage {SELECTING}, too, for which {faster} has a filter on the status",
        ),
        Row(
            *_compared(f"projection and publishing, {count:,} rows, s", ours, theirs, _after_s, _transform_s),
            how=f"ours: stages {', '.join(AFTER)}; baseline: {faster}, transform written as Parquet; {_stages(ours)}",
        ),
        Row(
            *_compared(f"whole process, {count:,} rows, s", ours, theirs, _wall_s, _wall_s),
            how=f"ours with plots, drift, state for the next one; baseline: {faster}, which counts the rows first",
        ),
        Row(*_compared(f"whole process, {count:,} rows, CPU s", ours, theirs, _cpu_s, _cpu_s), how=f"against {faster}"),
    ]


def _compared(
    what: str, ours: Sequence[Measured], theirs: Sequence[Measured], our_value: Value, their_value: Value
) -> tuple[str, Spread, Spread, Spread]:
    our_values, their_values = list(map(our_value, ours)), list(map(their_value, theirs))
    return f"(refit) {what}", Spread.of(our_values), Spread.of(their_values), ratios(their_values, our_values)


def _our_fit_s(measured: Measured) -> float:
    return total(measured.stages, *FIT)


def _selected_s(measured: Measured) -> float:
    return total(measured.stages, SELECTING, *FIT)


def _after_s(measured: Measured) -> float:
    return total(measured.stages, *AFTER)


def _fit_s(measured: Measured) -> float:
    return total(measured.stages, "fit")


def _transform_s(measured: Measured) -> float:
    return total(measured.stages, "transform")


def _wall_s(measured: Measured) -> float:
    return measured.timed.wall_s


def _cpu_s(measured: Measured) -> float:
    return measured.timed.cpu_s


def _blas(theirs: Sequence[Measured]) -> str:
    return (
        "with Java's BLAS and LAPACK: it found no native ones" if NO_BLAS in theirs[0].timed.output else "native BLAS"
    )


def _stages(ours: Sequence[Measured]) -> str:
    """Medians of all stages, in order."""
    medians = {name: median(measured.stages[name] for measured in ours) for name in ours[0].stages}
    return "all stages of ours: " + ", ".join(f"{name} {seconds:.2f}" for name, seconds in medians.items())
