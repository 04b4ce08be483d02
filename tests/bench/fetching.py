"""(s3) Pictures read from S3 (versitygw), near and 20 ms away, against pictures in a folder."""

import tempfile
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

from tests.bench import configurations
from tests.bench.configurations import Configuration
from tests.bench.delayed import delayed
from tests.bench.measuring import Run, cpu_ms, interleaved, rates, run
from tests.bench.plan import Plan, say
from tests.bench.report import Row
from tests.bench.spread import Spread, ratios
from tests.servers.server import REGION, Server
from tests.servers.versitygw import versitygw

BUCKET = "landing"
DELAYS_S = (0.0, 0.02)
GOAL = 0.9
#: Runs of the small size and of the big one.
Pair = tuple[list[Run], list[Run]]


def measure(plan: Plan) -> list[Row]:
    """Pictures/s of `verger stream --drain` in steady state, from the difference of two sizes; the lake is a folder."""
    say("(s3) reading from S3 against a folder")
    sizes = {size: plan.source.small(size) for size in (plan.pictures, 3 * plan.pictures)}
    folder = configurations.verger(plan.weights)
    with ExitStack() as servers:
        gateway = Path(tempfile.mkdtemp(prefix="gateway-", dir=plan.work))
        server = servers.enter_context(versitygw(gateway))
        _fill(server, sizes)
        near = {s: servers.enter_context(delayed(server, s, gateway / f"delay-{s}")) for s in DELAYS_S}
        once = {f"folder {size}": partial(run, folder, landing, plan.work, size) for size, landing in sizes.items()}
        for delay_s, way in near.items():
            for size in sizes:
                once[f"{delay_s} {size}"] = partial(run, _on_s3(folder, way, size), plan.work, plan.work, size)
        runs = interleaved(once, plan.repeats)
    small, big = sizes
    pairs = {name: (runs[f"{name} {small}"], runs[f"{name} {big}"]) for name in ("folder", *map(str, DELAYS_S))}
    how = f"difference of {small:,} and {big:,} pictures; versitygw and what delays it on the same two cores"
    return [
        row
        for delay_s in DELAYS_S
        for row in _rows(pairs[str(delay_s)], pairs["folder"], 1000 * delay_s, GOAL if delay_s else None, how)
    ]


def _rows(s3: Pair, folder: Pair, delay_ms: float, goal: float | None, how: str) -> list[Row]:
    fast, slow, ours, theirs = rates(*s3), rates(*folder), cpu_ms(*s3), cpu_ms(*folder)
    beside = Spread.of(cpu_ms(*s3, servers=True)).median
    return [
        Row(
            f"(s3) steady state, S3 {delay_ms:g} ms away against the folder, pictures/s",
            Spread.of(fast), Spread.of(slow), ratios(fast, slow), goal, how,
            {name: [vars(run) for pair in pairs for run in pair] for name, pairs in (("S3", s3), ("folder", folder))},
        ),
        Row(
            f"(s3) CPU, ms a picture, S3 {delay_ms:g} ms away against the folder",
            Spread.of(ours), Spread.of(theirs), ratios(ours, theirs),
            how=f"ours alone; the server and what delays it use {beside:.1f} ms beside",
        ),
    ]  # fmt: skip


def _fill(server: Server, sizes: dict[int, Path]) -> None:
    client = server.client()
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    for size, landing in sizes.items():
        for picture in landing.rglob("*.jpg"):
            key = f"{size}/{picture.relative_to(landing)}"
            client.put_object(Bucket=BUCKET, Key=key, Body=picture.read_bytes())


def _on_s3(folder: Configuration, way: Server, size: int) -> Configuration:
    """The same with the landing of that size in S3."""
    named = {"VERGER_LANDING": f"s3://{BUCKET}/{size}/", **way.variables()}
    return replace(folder, variables=lambda landing, out: {**folder.variables(landing, out), **named})
