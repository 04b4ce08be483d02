"""The incremental refit against the full one of the same lake: what only 1 % of new rows cost."""

from tests.bench.refit.runs import FULL, NEW, OVERWRITTEN, Measured, one_percent
from tests.bench.refit.stages import total
from tests.bench.refit.tables import BATCH_ROWS
from tests.bench.report import Row
from tests.bench.spread import Spread, ratios

#: 5 % of the full one.
GOAL = 20.0
TELLING = "current rows"
REFITS = (FULL, NEW, OVERWRITTEN)


def rows(count: int, runs: dict[str, list[Measured]]) -> list[Row]:
    """Of a table of `count` rows before it grew."""
    some = one_percent(count)
    files = f"{some:,} rows in files of at most {BATCH_ROWS}"
    anew = _seconds(runs[FULL], "moments")
    return [
        _moments(count, "new", runs[NEW], anew, GOAL, f"{files}; baseline: the full refit before it"),
        _moments(
            count, "overwritten", runs[OVERWRITTEN], anew, None,
            f"{files}; the rows that leave are scattered over all files; baseline: the same full refit",
        ),
        *(_row(f"{TELLING}, {name}, {count:,} rows, s", _seconds(runs[name], TELLING)) for name in REFITS),
        *(_row(f"whole process, {name}, {count:,} rows, s", _wall_s(runs[name])) for name in (NEW, OVERWRITTEN)),
    ]  # fmt: skip


def _moments(count: int, what: str, done: list[Measured], anew: list[float], goal: float | None, how: str) -> Row:
    seconds = _seconds(done, "moments")
    return Row(
        f"(refit) moments after 1 % {what}, {count:,} rows, s",
        Spread.of(seconds), Spread.of(anew), ratios(anew, seconds), goal, how,
        {"runs": [measured.as_dict() for measured in done]},
    )  # fmt: skip


def _row(what: str, seconds: list[float]) -> Row:
    return Row(f"(refit) {what}", Spread.of(seconds))


def _wall_s(done: list[Measured]) -> list[float]:
    return [measured.timed.wall_s for measured in done]


def _seconds(done: list[Measured], stage: str) -> list[float]:
    return [total(measured.stages, stage) for measured in done]
