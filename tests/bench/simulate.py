"""How a stream copes with what may come, reckoned with measured costs and the stream's own admission.

`python -m tests.bench.simulate [--a-day 1000000] [--photos 0.1] [--backlog 10000000] [--workers 2,4,8,16]
[--out SIMULATION.md]`. Each trace is run with each number of workers; a picture's latency is from its arrival to its
row. The costs and where they are from are printed with the table; Spark, stores and failures are not simulated.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from batch.plots.png import to_png
from conf.emr.prices import PHOTO, SMALL, Kind
from conf.settings import Settings
from conf.whole_file import save
from streaming.landing.admission import Limits
from tests.bench.simulation import Machine, Outcome, Picture, Trace, simulated

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DAY_S = 86_400.0
#: README, "Measured": a micro-batch of 200 beside its pictures, and cold start to the first row.
OVERHEAD_S, COLD_S = 0.9, 9.9
PICTURES = tuple(Picture(".jpg", kind.size_bytes, 1000 * kind.core_s) for kind in (SMALL, PHOTO))
#: A number of workers is enough when 95 % of the pictures have their row within this.
ENOUGH_S = {"day": 60.0, "bursts": 60.0, "backlog": DAY_S}


def day(a_day: int) -> NDArray[np.float64]:
    """Arrivals of a day that is busiest at noon, with 1.8 times the mean rate, and quietest at midnight."""
    hours = np.linspace(0, DAY_S, 10_001)
    come = hours / DAY_S - 0.8 / (2 * np.pi) * np.sin(2 * np.pi * hours / DAY_S)
    arrivals: NDArray[np.float64] = np.interp((np.arange(a_day) + 0.5) / a_day, come, hours)
    return arrivals


def bursts(a_day: int) -> NDArray[np.float64]:
    """Half of a day's pictures come evenly, half in 24 bursts of ten seconds, on the hour."""
    even = np.linspace(0, DAY_S, a_day // 2, endpoint=False)
    burst = np.arange(a_day - a_day // 2)
    size = -(-len(burst) // 24)
    return np.sort(np.concatenate([even, burst // size * 3_600.0 + burst % size * 10.0 / size]))


def backlog(waiting: int, a_day: int) -> NDArray[np.float64]:
    """So many wait at the start, and then a day begins."""
    return np.concatenate([np.zeros(waiting), day(a_day)])


def trace(arrivals: NDArray[np.float64], photos: float) -> Trace:
    """With a share of photos, in runs as people upload them."""
    runs = np.random.default_rng(0).random(len(arrivals) // 100 + 1) < photos
    return Trace(arrivals, runs[np.arange(len(arrivals)) // 100].astype(np.int64), PICTURES)


def row(name: str, outcome: Outcome, workers: int) -> str:
    """Of the table."""
    seconds = [batch.seconds for batch in outcome.batches]
    last = outcome.batches[-1]
    cells = (
        name, workers, f"{len(outcome.latencies):,}", f"{len(seconds):,}",
        f"{np.median(seconds):.1f} ({min(seconds):.1f} to {max(seconds):.1f})",
        f"{max(batch.waiting for batch in outcome.batches):,}",
        *(_duration(np.percentile(outcome.latencies, share)) for share in (50, 95)),
        _duration(last.began + last.seconds),
    )  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |"


def needed(name: str, outcomes: dict[tuple[str, int], Outcome]) -> str:
    """The least number of workers, of those that were tried, with which 95 % have their row soon enough."""
    enough = [n for (other, n), o in outcomes.items() if other == name and _p95(o) <= ENOUGH_S[name]]
    said = f"{min(enough)} workers" if enough else "more workers than were tried"
    return f"- {name}: {said}, for 95 % of the pictures to have their row within {_duration(ENOUGH_S[name])}."


def _p95(outcome: Outcome) -> float:
    return float(np.percentile(outcome.latencies, 95))


HEAD = (
    "| trace | workers | pictures | batches | a batch, s (least to greatest) | most waiting | latency p50 | p95 "
    "| all done after |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


def draw(outcomes: dict[tuple[str, int], Outcome]) -> bytes:
    """A PNG: for each trace what waits over the hours, a line for each number of workers."""
    from matplotlib.figure import Figure

    names = list(dict.fromkeys(name for name, _ in outcomes))
    figure = Figure(figsize=(11.0, 3.4), dpi=110, layout="constrained")
    for axes, name in zip(np.atleast_1d(figure.subplots(1, len(names))), names, strict=True):
        for (other, workers), outcome in outcomes.items():
            if other == name:
                _draw_line(axes, outcome, f"{workers} workers")
        axes.set(title=name, xlabel="hours", ylabel="pictures that wait", ylim=(0, None))
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="0.92")
        axes.legend(frameon=False, fontsize=8)
    return to_png(figure)


def _draw_line(axes: "Axes", outcome: Outcome, label: str) -> None:
    step = max(1, len(outcome.batches) // 2_000)
    shown = outcome.batches[::step]
    axes.plot([batch.began / 3_600 for batch in shown], [batch.waiting for batch in shown], label=label, linewidth=1)


def _duration(seconds: float) -> str:
    for unit, size in (("h", 3_600.0), ("min", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.1f} s"


def main(
    *,
    a_day: Annotated[int, typer.Option(min=100, help="Pictures that come in a day.")] = 1_000_000,
    photos: Annotated[float, typer.Option(min=0, max=1, help="Share of them that are photos of 12 megapixels.")] = 0.1,
    waiting: Annotated[int, typer.Option("--backlog", min=1, help="Pictures that wait at first.")] = 10_000_000,
    workers: Annotated[str, typer.Option(help="Numbers of workers, with commas between.")] = "2,8,32",
    slowness: Annotated[float, typer.Option(help="Times as slow as README's machine; an EMR vCPU: 2.")] = 1.0,
    out: Annotated[Path | None, typer.Option(help="Markdown to write; a plot goes beside it.")] = None,
) -> None:
    """Print the table; with --out write it, and the plot."""
    settings, numbers = Settings(), [int(number) for number in workers.split(",")]
    kinds = tuple(Picture(kind.name, kind.size, kind.ms * slowness) for kind in PICTURES)
    come = {"day": day(a_day), "bursts": bursts(a_day), "backlog": backlog(waiting, a_day)}
    outcomes: dict[tuple[str, int], Outcome] = {}
    lines = [_costs(slowness, settings), "", HEAD]
    for name, arrivals in come.items():
        for number in numbers:
            made = trace(arrivals, photos)
            made = Trace(made.arrivals, made.kinds, kinds)
            machine = Machine(OVERHEAD_S, COLD_S, number, settings.trigger_interval_s)
            limits = Limits(
                settings.max_objects_per_batch, settings.max_bytes_per_batch, settings.target_batch_s, number
            )
            outcome = outcomes[name, number] = simulated(made, machine, limits)
            lines.append(row(name, outcome, number))
            print(lines[-1], file=sys.stderr, flush=True)
    text = "\n".join([*lines, "", *(needed(name, outcomes) for name in come)])
    print(text)
    if out is not None:
        out.write_text(text + "\n", "utf-8")
        save(draw(outcomes), out.with_suffix(".png"))


def _costs(slowness: float, settings: Settings) -> str:
    def said(kind: Kind) -> str:
        return f"{1000 * kind.core_s * slowness:.1f} ms of a core for {kind.name} ({kind.size_bytes:,} bytes)"

    return (
        f"Costs, all from README, Measured: {said(SMALL)}, {said(PHOTO)}; {OVERHEAD_S} s of a batch beside its "
        f"pictures, {COLD_S} s until the first one. Set: target_batch_s {settings.target_batch_s:g}, "
        f"trigger_interval_s {settings.trigger_interval_s:g}."
    )


if __name__ == "__main__":
    typer.run(main)
