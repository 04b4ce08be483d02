"""(refit) Tables made of real features, components checked, then all processes by turns at every size."""

from collections.abc import Callable
from functools import partial

from tests.bench.measuring import interleaved
from tests.bench.plan import Plan, say
from tests.bench.refit import against_itself, against_mllib, memory
from tests.bench.refit.agreement import TOLERANCE, Agreement, check_components
from tests.bench.refit.real import Real
from tests.bench.refit.runs import CACHED, FULL, PLAIN, Measured, mllib, refits
from tests.bench.refit.tables import Growing
from tests.bench.report import Row
from tests.bench.spread import Spread

#: Of one size: the runs of each name, in order.
Runs = dict[str, list[Measured]]


def measure(plan: Plan) -> list[Row]:
    """Agreement, fit, transform and whole process against MLlib, the incremental refit, memory; at `plan.rows`."""
    say(f"(refit) tables of {', '.join(f'{rows:,}' for rows in plan.rows)} rows")
    real = Real.of(plan)
    tables = {rows: Growing.new(plan.work / f"lake-{rows}", real, rows) for rows in plan.rows}
    checked = check_components(tables[plan.rows[0]], plan.work)
    runs = _runs(plan, tables)
    largest = plan.rows[-1]
    return [
        *_agreement(checked, plan.rows[0]),
        *(row for rows in plan.rows for row in against_mllib.rows(rows, runs[rows], goal=rows == largest)),
        *(row for rows in plan.rows for row in against_itself.rows(rows, runs[rows])),
        *memory.rows(runs),
    ]


def _runs(plan: Plan, tables: dict[int, Growing]) -> dict[int, Runs]:
    say("(refit) by turns: refits of one lake after each other, and MLlib's PCA")
    ways: dict[str, Callable[[Growing], dict[str, Measured]]] = {
        FULL: partial(refits, work=plan.work),
        PLAIN: partial(mllib, work=plan.work, name=PLAIN),
        CACHED: partial(mllib, work=plan.work, name=CACHED),
    }
    done = interleaved(
        {f"{name} {rows}": partial(way, table) for rows, table in tables.items() for name, way in ways.items()},
        plan.repeats,
    )
    return {rows: _by_name([once for way in ways for once in done[f"{way} {rows}"]]) for rows in tables}


def _by_name(done: list[dict[str, Measured]]) -> Runs:
    runs: Runs = {}
    for once in done:
        for name, measured in once.items():
            runs.setdefault(name, []).append(measured)
    return runs


def _agreement(checked: dict[str, Agreement], rows: int) -> list[Row]:
    return [
        Row(
            f"(refit) {what}, {rows:,} rows",
            Spread.of(values),
            goal=TOLERANCE,
            how=f"the full refit against {' and '.join(checked)}, k = 4; checked before anything was timed",
        )
        for what, values in (
            ("greatest principal angle to MLlib's components, rad", [found.angle for found in checked.values()]),
            ("greatest relative difference of a variance ratio", [found.variance for found in checked.values()]),
        )
    ]
