"""`verger doctor`: all that a stream needs, looked at within seconds, without starting a JVM."""

import json
from dataclasses import asdict
from functools import partial

from rich.console import Console

from conf.settings import Settings
from conf.terminal import print_pairs, print_sentence
from streaming.doctor import machine, outputs, places, tables, weights
from streaming.doctor.checks import Check, run_checks


def examine(settings: Settings) -> list[Check]:
    """Each check with what it found. In S3 it writes, and removes, one small object in the lake. Never raises."""
    return run_checks(
        {
            "python": machine.python,
            "java": machine.java,
            "jars": partial(machine.jars, settings),
            "disks": partial(machine.disks, settings),
            "weights": partial(weights.weights, settings),
            "landing": partial(places.landing, settings),
            "lake": partial(places.lake, settings),
            "queue": partial(places.queue, settings),
            "cleaning": partial(outputs.cleaning, settings),
            "metrics": partial(outputs.metrics, settings),
            "tables": partial(tables.tables, settings),
            "at work": partial(tables.workers, settings),
        }
    )


def print_checks(checks: list[Check], console: Console, *, as_json: bool) -> None:
    """A line for each, then in words whether a stream can run."""
    if as_json:
        console.file.write(json.dumps([asdict(check) for check in checks], indent=2) + "\n")
        return
    print_pairs(console, ((f"{'ok  ' if c.well else 'MEND'} {c.name}", c.sentence) for c in checks))
    console.print()
    wrong = [check.name for check in checks if not check.well]
    print_sentence(console, f"To mend: {', '.join(wrong)}." if wrong else "All is well: `verger stream` can run.")
