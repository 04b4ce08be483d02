"""`verger report`: the page of a refit, drawn once more from the tables."""

import numpy as np
from deltalake.exceptions import DeltaError
from rich.console import Console

from batch.errors import MomentsError, RefitError
from batch.pca.moments import Floats
from batch.report.nights import Row, models, refits
from batch.report.page import Wanted, draw
from batch.report.small import Thumbnails
from batch.reports import PAGE, put, report_uri
from batch.snapshot import Snapshot
from batch.state import State
from conf.errors import UserError
from conf.lake import Lake
from conf.settings import Settings


def run_report(
    settings: Settings, console: Console, thumbnails: Thumbnails, refit_id: str | None, out: str | None
) -> None:
    """Write the page of the refit `refit_id`, or of the latest one, to its folder in the lake or to `out`.

    `out`: a file or an `s3://` URI. Needs no JVM. Reads tables and pictures, and writes that one file, whole. Safe to
    run at any time.

    Raises:
        UserError: there is no such refit, or `out` is something else than a file.
        RefitError: its projection is not kept any more, or the file can't be written.
    """
    lake = Lake(settings.lake)
    rows = _up_to(lake, refit_id)
    snapshot = Snapshot.take(lake)
    with console.status("drawing the page"):
        try:
            wanted = Wanted(rows, _spectrum(snapshot, rows[-1]), thumbnails, settings.report_thumbnails)
            page = draw(snapshot, wanted)
        except (DeltaError, OSError) as error:
            raise RefitError(f"the page can't be drawn: {error}") from error
    target = out or report_uri(lake, rows[-1]["refit_id"], PAGE)
    put(page, target)
    console.print(f"The page is {target}", markup=False, highlight=False, soft_wrap=True)


def _up_to(lake: Lake, refit_id: str | None) -> list[Row]:
    """The rows of the refit's model up to it."""
    known = models(lake)
    if not known:
        raise UserError(f"there is no refit in {lake.root} yet: run `verger refit` first")
    ids = list(known)
    last = ids[-1] if refit_id is None else refit_id
    if last not in known:
        raise UserError(f"there is no refit {last} in {lake.root}; the latest are {', '.join(ids[:-4:-1])}")
    return refits(lake, known[last], last)


def _spectrum(snapshot: Snapshot, row: Row) -> Floats | None:
    """All eigenvalues, descending, where the moments that this refit was made of are still there."""
    try:
        state = State.latest(snapshot, row["model_id"])
    except MomentsError:
        return None
    if state is None or state.computed_at != row["fitted_at"]:
        return None
    spectrum: Floats = np.maximum(np.linalg.eigvalsh(state.gathered.moments.covariance)[::-1], 0.0)
    return spectrum
