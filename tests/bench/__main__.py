"""`python -m tests.bench`: features are checked first, then measurements are made, one process at a time."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from tests.bench import batches, cluster, events, fetching, hostile, large, latency, memory, steady, whole
from tests.bench.check import check_features
from tests.bench.growth.measure import measure as measure_growth
from tests.bench.machine import machine
from tests.bench.measuring import adopt_orphans
from tests.bench.peers.measure import measure as measure_peers
from tests.bench.pictures import MissingPicturesError, Pictures
from tests.bench.plan import ROOT, Plan
from tests.bench.refit.measure import measure as measure_refit
from tests.bench.report import Report, Row, write_report

MEASUREMENTS: dict[str, Callable[[Plan], list[Row]]] = {
    "a": steady.measure,
    "b": whole.measure,
    "c": batches.measure,
    "large": large.measure,
    "s3": fetching.measure,
    "peers": measure_peers,
    "memory": memory.measure,
    "latency": latency.measure,
    "events": events.measure,
    "refit": measure_refit,
    "growth": measure_growth,
    "cluster": cluster.measure,
    "hostile": hostile.measure,
}


def _names(value: str) -> str:
    unknown = set(value.split(",")) - set(MEASUREMENTS)
    if unknown:
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: choose from {', '.join(MEASUREMENTS)}")
    return value


def _sizes(value: str) -> str:
    try:
        fits = min(sizes(value)) >= 100
    except ValueError:
        fits = False
    if not fits:
        raise typer.BadParameter(f"{value}: numbers from 100, with commas between, such as 20000,100000")
    return value


def sizes(value: str) -> tuple[int, ...]:
    """Numbers with commas between, ascending, each once. Raises ValueError."""
    return tuple(sorted({int(size) for size in value.split(",")}))


def main(
    *,
    only: Annotated[str, typer.Option(callback=_names, help="Which measurements.")] = ",".join(MEASUREMENTS),
    repeats: Annotated[int, typer.Option(min=1, help="Runs of each configuration.")] = 3,
    pictures: Annotated[int, typer.Option(min=24, help="Pictures of one run; all sizes follow from it.")] = 2400,
    rows: Annotated[str, typer.Option(callback=_sizes, help="Sizes of the tables to refit.")] = "20000,100000",
    known: Annotated[
        str, typer.Option(callback=_sizes, help="Versions that the lakes of growth know.")
    ] = "1000,100000,1000000",
    out: Annotated[Path | None, typer.Option(help="Markdown to write; JSON goes beside it.")] = None,
    fruits: Annotated[Path, typer.Option(help="Real pictures and weights.")] = ROOT.parent / "shared" / "fruits",
) -> None:
    """Measure Verger against the bare loop and against the notebook, features checked first."""
    adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="verger-bench-") as work:
        try:
            source = Pictures(fruits.resolve(), Path(work) / "landings")
        except MissingPicturesError as error:
            print(f"bench: {error}", file=sys.stderr)
            raise typer.Exit(2) from None
        plan = Plan(source, Path(work), repeats, pictures, sizes(rows), sizes(known))
        asked = {"pictures": pictures, "rows": rows, "known": known, "repeats": repeats, "only": only}
        report = Report(machine(), asked)
        report.checked = check_features(plan, only.split(","))
        for name in only.split(","):
            report.rows += MEASUREMENTS[name](plan)
            if out is not None:
                write_report(report, out)  # a benchmark that is stopped keeps what it has
    print(report.markdown())


if __name__ == "__main__":
    typer.run(main)
