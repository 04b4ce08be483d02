"""`python -m streaming.demo.rehearsal`: the demo at its smallest, once, for the classes that its JVM loads.

`make` runs it after installing. Without it all works, and each start takes some four seconds more.
"""

import sys
import tempfile
from pathlib import Path

from rich.console import Console

from conf.class_archive import class_archive, recording
from conf.errors import UserError
from conf.java import check_java
from conf.settings import Settings
from streaming.demo.pictures import draw_pictures
from streaming.run import run_stream


def rehearse(console: Console) -> None:
    """Stream ten drawn pictures and keep the JVM's classes for the starts to come; nothing if they are kept already."""
    if class_archive(check_java()).file.exists():
        return
    console.print("keeping Spark's classes for quicker starts: half a minute, once")
    with tempfile.TemporaryDirectory(prefix="verger-rehearsal-") as folder, recording():
        landing = Path(folder) / "landing"
        draw_pictures(landing, per_label=1, seed=1)
        settings = Settings(weights="demo", landing=str(landing), lake=f"{folder}/lake")
        run_stream(settings, Console(quiet=True), drain=True)


if __name__ == "__main__":
    try:
        rehearse(Console())
    except (UserError, OSError) as problem:
        print(f"verger: starts stay slower: {problem}", file=sys.stderr)  # noqa: T201
