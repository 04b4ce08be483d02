"""Before anything is timed: the refit's components are MLlib's, to rounding."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from batch.pca.angles import principal_angles
from batch.pca.moments import Floats
from schemas.components import COMPONENTS
from tests.bench.plan import say
from tests.bench.refit.runs import CACHED, PLAIN, last_row, mllib_in, refit
from tests.bench.refit.tables import Growing

#: Greatest relative difference of a variance, and greatest principal angle in radians.
TOLERANCE = 1e-6


class WrongComponentsError(Exception):
    """One of the two is fast at something else."""


@dataclass(frozen=True)
class Agreement:
    """`variance`: greatest relative difference of an explained variance ratio; `angle`: greatest one, in radians."""

    variance: float
    angle: float


def check_components(table: Growing, work: Path) -> dict[str, Agreement]:
    """How far the full refit is from MLlib, plain and cached. It warms the caches, too. Raises WrongComponentsError."""
    say(f"(refit) checking components of {table.rows:,} rows, which warms up, too")
    out = Path(tempfile.mkdtemp(prefix="check-", dir=work))
    ours = table.copied(out / "lake")
    refit(ours, out, "--full")
    published = last_row(ours.lake, COMPONENTS, "fitted_at")
    right = np.array(published["components"]), np.array(published["explained_variance_ratio"])
    found = {}
    for name in (PLAIN, CACHED):
        mllib_in(table, out, name)
        with np.load(out / "pca.npz") as theirs:
            found[name] = agreement(*right, theirs["pc"].T, theirs["explained_variance"])
        shutil.rmtree(out / "pca")
        say(f"  {name}: {found[name]}")
        if not max(found[name].variance, found[name].angle) <= TOLERANCE:
            raise WrongComponentsError(f"the refit differs from {name}: {found[name]}")
    shutil.rmtree(out)
    return found


def agreement(ours: Floats, our_ratios: Floats, theirs: Floats, their_ratios: Floats) -> Agreement:
    """Of components (k, d), orthonormal rows, and their explained variance ratios (k,)."""
    return Agreement(
        float(np.max(np.abs(our_ratios - their_ratios) / their_ratios)), float(principal_angles(ours, theirs).max())
    )
