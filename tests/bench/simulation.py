"""A trace of arrivals through the stream's own admission, on a machine whose costs are given: no clock, no Spark."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streaming.landing.admission import Admission, Limits


@dataclass(frozen=True)
class Picture:
    """`name`: how its name ends; `size`: bytes; `ms`: milliseconds of a core that it takes."""

    name: str
    size: int
    ms: float


@dataclass(frozen=True)
class Machine:
    """Seconds: `overhead_s` of a batch beside its pictures, `cold_s` until the first batch, `trigger_s` as set."""

    overhead_s: float
    cold_s: float
    workers: int
    trigger_s: float = 1.0


@dataclass(frozen=True)
class Trace:
    """Pictures by time of arrival: seconds, ascending; `kinds` are indices into `pictures`."""

    arrivals: NDArray[np.float64]
    kinds: NDArray[np.int64]
    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class Batch:
    """`began`: seconds from the start of the trace; `waiting`: pictures that had come and had no row, then."""

    began: float
    pictures: int
    seconds: float
    waiting: int


@dataclass(frozen=True)
class Outcome:
    """`latencies`: seconds from a picture's arrival to its row, in order of arrival."""

    batches: list[Batch]
    latencies: NDArray[np.float64]


def simulated(trace: Trace, machine: Machine, limits: Limits) -> Outcome:
    """What becomes of the trace, to its end. Deterministic."""
    names = [picture.name for picture in trace.pictures]
    sizes = np.array([picture.size for picture in trace.pictures], np.int64)[trace.kinds]
    ms = np.array([picture.ms for picture in trace.pictures])[trace.kinds]
    admission, batches, latencies = Admission(limits), list[Batch](), np.empty(len(sizes))
    now, done = machine.cold_s, 0
    while done < len(sizes):
        now = max(now, float(trace.arrivals[done]))
        come = int(np.searchsorted(trace.arrivals, now, side="right"))
        upto = min(come, done + admission.most())
        taken = admission.admit([names[kind] for kind in trace.kinds[done:upto]], sizes[done:upto])
        batch = slice(done, done + taken)
        seconds = machine.overhead_s + float(ms[batch].sum()) / 1000 / machine.workers
        batches.append(Batch(now, taken, seconds, come - done))
        latencies[batch] = now + seconds - trace.arrivals[batch]
        admission.costs.learn([names[kind] for kind in trace.kinds[batch]], sizes[batch], ms[batch])
        if done:  # as in the stream, the first batch tells nothing of time
            admission.learn(float(ms[batch].sum()), seconds)
        done += taken
        now += seconds if come > done else max(seconds, machine.trigger_s)
    return Outcome(batches, latencies)


def drained(pictures: Sequence[Picture], machine: Machine, limits: Limits) -> list[Batch]:
    """The batches of pictures that all wait at the start."""
    kinds = tuple(dict.fromkeys(pictures))
    index = {kind: number for number, kind in enumerate(kinds)}
    numbers = np.array([index[picture] for picture in pictures], np.int64)
    return simulated(Trace(np.zeros(len(pictures)), numbers, kinds), machine, limits).batches
