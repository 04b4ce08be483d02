"""The processes that are measured: three refits of one lake after each other, and MLlib's PCA."""

import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from conf.lake import Lake
from schemas.features import FEATURES
from schemas.moments import MOMENTS
from schemas.table import Table
from tests.bench.measuring import RunError, Timed, timed
from tests.bench.plan import say
from tests.bench.refit.stages import OF_MLLIB, OF_REFIT, Seconds, stage_seconds
from tests.bench.refit.tables import Growing

#: The refits of a lake, in order.
FULL, NEW, OVERWRITTEN = "verger refit --full", "verger refit, 1 % new", "verger refit, 1 % overwritten"
#: MLlib's PCA as the notebook called it, and with its input cached.
PLAIN, CACHED = "MLlib", "MLlib, input cached"


@dataclass(frozen=True)
class Measured:
    """A process that ended well, and `stages`: seconds of each."""

    timed: Timed
    stages: Seconds

    def as_dict(self) -> dict[str, Any]:
        """All numbers, for the report."""
        return {name: value for name, value in asdict(self.timed).items() if name != "output"} | {"stages": self.stages}


def one_percent(rows: int) -> int:
    """Of a table's rows."""
    return max(1, rows // 100)


def refits(table: Growing, work: Path) -> dict[str, Measured]:
    """FULL on a copy of `table`, NEW after 1 % more pictures, OVERWRITTEN after 1 % new versions. Raises RunError."""
    out = Path(tempfile.mkdtemp(prefix="refit-", dir=work))
    some, grown = one_percent(table.rows), table.copied(out / "lake")
    done = {FULL: refit(grown, out, "--full")}
    grown = grown.with_new(some)
    done[NEW] = refit(grown, out)
    grown = grown.with_overwritten(some)
    done[OVERWRITTEN] = refit(grown, out)
    shutil.rmtree(out)
    for name, measured in done.items():
        say(f"  {name}, {table.rows:,} rows: {measured.timed.wall_s:.1f} s, moments {measured.stages['moments']:.2f} s")
    return done


def refit(table: Growing, out: Path, *flags: str) -> Measured:
    """`verger refit` as a user runs it; checks that it took all pictures, and as `flags` say. Raises RunError."""
    command = [sys.executable, "-m", "verger", "refit", *flags]
    done = timed(command, {"VERGER_LAKE": table.lake.root}, out)
    found = last_row(table.lake, MOMENTS, "computed_at")
    if (found["n"], found["full"]) != (table.paths, "--full" in flags):
        how = "anew" if found["full"] else "incrementally"
        raise RunError(f"{' '.join(command)}: {found['n']} pictures {how}, where {table.paths} were expected")
    return Measured(done, stage_seconds(done.output, OF_REFIT))


def last_row(lake: Lake, table: Table, by: str) -> dict[str, Any]:
    """The row with the greatest value in column `by`. Raises RunError if there is none."""
    found = lake.open(table)
    if found is None:
        raise RunError(f"the refit wrote no table {table.name}")
    rows: list[dict[str, Any]] = found.to_pyarrow_table().sort_by([(by, "descending")]).slice(0, 1).to_pylist()
    return rows[0]


def mllib(table: Growing, work: Path, name: str) -> dict[str, Measured]:
    """PLAIN or CACHED on `table`, by its name. Raises RunError."""
    out = Path(tempfile.mkdtemp(prefix="mllib-", dir=work))
    done = mllib_in(table, out, name)
    shutil.rmtree(out)
    say(f"  {name}, {table.rows:,} rows: {done.timed.wall_s:.1f} s, fit {done.stages['fit']:.2f} s")
    return {name: done}


def mllib_in(table: Growing, out: Path, name: str) -> Measured:
    """The same; what it wrote stays in `out`."""
    flags = ["--cached"] if name == CACHED else []
    command = [sys.executable, "-m", "tests.bench.mllib_pca", table.lake.uri(FEATURES.name), str(out), *flags]
    done = timed(command, {}, out)
    return Measured(done, stage_seconds(done.output, OF_MLLIB))
