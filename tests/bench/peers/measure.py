"""(peers) The whole process on many small pictures, against what one would use instead."""

import os
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

from conf.cores import usable_cores
from streaming.featurize.weights import resolve_model
from tests.bench import configurations
from tests.bench.check import TOLERANCE, WrongFeaturesError, greatest_difference
from tests.bench.configurations import Configuration
from tests.bench.measuring import interleaved, run, run_for_features
from tests.bench.outputs import Features, from_parquet
from tests.bench.peers.environment import python
from tests.bench.plan import ROOT, Plan, say
from tests.bench.report import Row
from tests.bench.spread import Spread, ratios

GOALS = {"keras": 2.5, "litert": 0.95}


def measure(plan: Plan) -> list[Row]:
    """Seconds of Verger and of each peer on the same pictures; the ratio says how many times faster Verger is."""
    say("(peers) Ray Data, Daft and predict_batch_udf")
    ours, peers = configurations.verger(plan.weights), _peers(plan)
    _check(plan, list(peers))
    landing = plan.source.small(plan.many)
    runs = interleaved({c.name: partial(run, c, landing, plan.work, plan.many) for c in (ours, *peers)}, plan.repeats)
    seconds = {name: [r.wall_s for r in done] for name, done in runs.items()}
    return [
        Row(
            f"(peers) whole process, {plan.many:,} pictures, s, against {peer.name}",
            Spread.of(seconds[ours.name]), Spread.of(seconds[peer.name]),
            ratios(seconds[peer.name], seconds[ours.name]), goal,
            "peers write Parquet, we a Delta table with ledger; ours with the converted model in its cache",
            {name: [vars(r) for r in runs[name]] for name in (ours.name, peer.name)},
        )
        for peer, goal in peers.items()
    ]  # fmt: skip


def _peers(plan: Plan) -> dict[Configuration, float | None]:
    """Each with the goal of the ratio."""
    tflite = plan.work / "model.tflite"
    tflite.write_bytes(resolve_model(str(plan.weights)).tflite)
    files = {"keras": plan.weights, "litert": tflite}
    batch_udf = _peer("predict_batch_udf with Keras", configurations.script("peers.batch_udf"), plan.weights)
    found: dict[Configuration, float | None] = {batch_udf: None}
    for name, module in {"Ray Data": "ray_data", "Daft": "daft_frame"}.items():
        for kind, spelled in {"keras": "Keras", "litert": "LiteRT"}.items():
            command = configurations.script(f"peers.{module}", interpreter=python())
            peer = _peer(f"{name} with {spelled}", command, kind, files[kind], usable_cores())
            found[peer if kind == "keras" else replace(peer, variables=_without_tensorflow)] = GOALS[kind]
    return found


def _peer(name: str, command: list[str], *arguments: object) -> Configuration:
    return Configuration(
        name,
        lambda landing, out: [*command, str(landing), str(out), *map(str, arguments)],
        lambda out: from_parquet(out / "features"),
    )


def _without_tensorflow(_landing: Path, _out: Path) -> dict[str, str]:
    return {"PYTHONPATH": f"{Path(__file__).with_name('without_tensorflow')}{os.pathsep}{ROOT}"}


def _check(plan: Plan, peers: list[Configuration]) -> None:
    """They do the same work. Raises WrongFeaturesError."""
    landing = plan.source.small(plan.checked)

    def features(configuration: Configuration) -> Features:
        return run_for_features(configuration, landing, Path(tempfile.mkdtemp(prefix="check-", dir=plan.work)))

    right = features(configurations.keras(plan.weights))
    for peer in peers:
        difference = greatest_difference(features(peer), right)
        if not difference <= TOLERANCE:
            raise WrongFeaturesError(f"{peer.name} differs from Keras by {difference:.1e}")
        say(f"  {peer.name}: agrees with Keras to {difference:.1e}")
