"""(growth) The same at each number of known versions: the source by itself, the stream, and Spark's file source."""

from functools import partial
from statistics import median

from tests.bench.growth.runs import BATCHES, WARM, Found, Growth, steady_ms
from tests.bench.measuring import interleaved
from tests.bench.plan import Plan, say
from tests.bench.report import Row
from tests.bench.spread import Spread

RESTART_GOAL_S, BYTES_GOAL = 15.0, 64.0


def measure(plan: Plan) -> list[Row]:
    """Restart, memory, a poll and a micro-batch, at each of `plan.known`."""
    lakes = {known: Growth.of(plan, known) for known in plan.known}
    sources = interleaved({str(known): lake.source for known, lake in lakes.items()}, plan.repeats)
    rows: list[Row] = []
    for known, lake in lakes.items():
        rows += _of_source(known, sources[str(known)])
        say(f"  {known:,}: {BATCHES} micro-batches of the stream, and of Spark's file source")
        rows += _of_streams(known, lake.stream(), lake.file_source())
    least = plan.known[0]
    rows += [_memory(least, known, sources) for known in plan.known[1:]]
    return rows


def _of_source(known: int, runs: list[Found]) -> list[Row]:
    row = partial(_row, known)
    return [
        row("restart of the source, s", [run["restart_s"] for run in runs], goal=RESTART_GOAL_S,
            how="a fresh process, until it hands out its first offset"),
        row("memory of the source, MB", [run["rss_mb"] for run in runs], how="RSS then; beside it the peak",
            more={"peak_mb": max(run["peak_mb"] for run in runs)}),
        row("known paths, bytes each", [run["known_bytes"] / known for run in runs], goal=BYTES_GOAL),
        row("a poll without news, the source, ms", [run["poll_ms"] for run in runs]),
        row("looking up all in a listing, s", [run["look_up_all_s"] for run in runs], how="the listing itself apart"),
        row("a micro-batch of 10, the source, ms", [median(run["batch_ms"]) for run in runs],
            how="one append, the offset, the rows; of 120 batches", more={"ms": runs[0]["batch_ms"]}),
        row("the same, slowest, ms", [max(run["batch_ms"]) for run in runs], how="it merges the ledger's files"),
    ]  # fmt: skip


def _of_streams(known: int, ours: Found, theirs: Found) -> list[Row]:
    row = partial(_row, known)
    mine, others = steady_ms(ours), steady_ms(theirs)
    how = f"Spark's own time of a trigger, {BATCHES - WARM} batches; ours with features and a table, theirs counts rows"
    return [
        row("a micro-batch of 10, ms", mine, others, how=how, more={"ours": ours, "theirs": theirs}),
        row("its slowest, ms", [max(mine)], [max(others)]),
        row("a trigger without news, ms", [ours["poll_ms"]], [theirs["poll_ms"]], how="theirs lists the files"),
        row("restart of the query until its first batch, s", [ours["batches_ms"][0] / 1000], [theirs["restart_s"]],
            how="the JVM apart"),
    ]  # fmt: skip


def _memory(least: int, known: int, sources: dict[str, list[Found]]) -> Row:
    """What a known version takes of the process, all in all: against the smallest lake."""
    pairs = zip(sources[str(least)], sources[str(known)], strict=True)
    grown = [1e6 * (big["rss_mb"] - small["rss_mb"]) / (known - least) for small, big in pairs]
    return _row(known, "memory of the source, bytes a version", grown, how=f"more than at {least:,}")


def _row(
    known: int, what: str, ours: list[float], baseline: list[float] | None = None, *,
    goal: float | None = None, how: str = "", more: Found | None = None,
) -> Row:  # fmt: skip
    return Row(
        f"(growth) {what}, {known:,} known",
        Spread.of(ours),
        None if baseline is None else Spread.of(baseline),
        goal=goal,
        how=how,
        runs={"known": known, "what": what, **(more or {})},
    )
