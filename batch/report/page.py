"""The page of a refit, put together: facts as JSON inside of it, numbers as packed arrays."""

import base64
import os
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from batch.errors import RefitError
from batch.pca.moments import Floats
from batch.report.neighbours import Neighbours, neighbours
from batch.report.nights import Row, nights
from batch.report.points import Points
from batch.report.rejected import rejected
from batch.report.small import Thumbnails, small_pictures
from batch.snapshot import Snapshot
from conf.pages.page import hashed, plotly_js, render, script, shared
from schemas.text import printable

_HERE = Path(__file__).parent
#: Components in the scree plot: those that are published, and some to show what comes after them.
_BARS = 24


@dataclass(frozen=True, eq=False)
class Wanted:
    """What a page is made of: the rows of table `components` up to the refit that it shows, and all its eigenvalues.

    `spectrum` (d,) is None where only the published ones are known.
    """

    rows: list[Row]
    spectrum: Floats | None
    thumbnails: Thumbnails
    most_thumbnails: int


def draw(snapshot: Snapshot, wanted: Wanted) -> bytes:
    """The page of the last of `wanted.rows`, UTF-8: plotly's 5 MB, and at most about 10 MB more.

    Raises:
        RefitError: the refit's projection is not kept any more.
    """
    row = wanted.rows[-1]
    current = snapshot.rows()
    forgotten = current.filter(_forgotten(current))["seq"].to_numpy()
    points = Points.read(snapshot.lake, row["refit_id"], forgotten)
    if points is None:
        raise RefitError(f"the projection of refit {row['refit_id']} is not kept any more, so it can't be drawn")
    facts = {
        "refit": _refit(snapshot, row),
        "labels": _labels(row, wanted.rows[-2] if len(wanted.rows) > 1 else None, points),
        "points": _points(points),
        "small": _small(small_pictures(snapshot, points, wanted.thumbnails, wanted.most_thumbnails)),
        "near": _near(neighbours(snapshot, points)),
        "scree": _scree(row, wanted.spectrum),
        "nights": nights(wanted.rows),
        "rejected": rejected(snapshot, current, row["last_seq"]),
    }
    return _html(facts).encode()


def _html(facts: dict[str, Any]) -> str:
    code = "\n".join((shared("page.js"), script(_HERE, "report.js")))
    sources = " ".join((hashed(plotly_js()), hashed(code)))
    return render(
        _HERE,
        "index.html",
        facts=facts,
        plotly=plotly_js(),
        code=code,
        style=shared("style.css") + script(_HERE, "report.css"),
        # Plotly's WebGL makes functions of text of its own, hence unsafe-eval; no script of others can be there.
        policy=f"default-src 'none'; script-src {sources} 'unsafe-eval'; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'",
    )


def _refit(snapshot: Snapshot, row: Row) -> dict[str, Any]:
    return {
        "id": row["refit_id"],
        "at": row["fitted_at"].isoformat(timespec="seconds"),
        "model": printable(row["model_id"]),
        "n": row["n"],
        "k": row["k"],
        "lastSeq": row["last_seq"],
        "ratios": row["explained_variance_ratio"],
        "lake": printable(snapshot.lake.root),
        "made": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "warnings": [printable(warning) for warning in row["drift"]["warnings"]],
    }


def _labels(row: Row, before: Row | None, points: Points) -> list[dict[str, Any]]:
    """Each label, in the order of `Points.numbers`, with its pictures in this refit and in the one before."""
    counts, earlier = dict(row["drift"]["counts_by_label"]), before and dict(before["drift"]["counts_by_label"])
    return [
        {
            "name": printable(name) or "(no label)",
            "count": counts.get(name, 0),
            "before": None if earlier is None else earlier.get(name, 0),
        }
        for name in points.numbers()[0]
    ]


def _points(points: Points) -> dict[str, Any]:
    paths = [printable(path) for path in points.paths]
    prefix = os.path.commonprefix(paths)  # noqa: RUF071  (characters are meant: what is left is less)
    return {
        "n": points.n,
        "axes": points.values.shape[1],
        "values": _packed(points.values.T, "<f4"),
        "label": _packed(points.numbers()[1], "<u4"),
        "seq": _packed(points.seqs, "<f8"),
        "prefix": prefix,
        "names": [path[len(prefix) :] for path in paths],
    }


def _small(pictures: dict[int, bytes]) -> dict[str, Any]:
    return {
        "of": list(pictures),
        "webp": [base64.b64encode(content).decode() for content in pictures.values()],
    }


def _near(found: Neighbours) -> dict[str, Any]:
    return {
        "each": found.nearest.shape[1],
        "of": _packed(found.of, "<u4"),
        "nearest": _packed(found.nearest, "<u4"),
        "cosines": _packed(found.cosines, "<f4"),
    }


def _scree(row: Row, spectrum: Floats | None) -> list[float]:
    """Shares of the variance: of the published components, and with the spectrum some more."""
    if spectrum is None:
        return list(row["explained_variance_ratio"])
    bars = min(int((spectrum > 0).sum()), max(_BARS, 2 * row["k"]))
    shares: list[float] = (spectrum[:bars] / spectrum.sum()).tolist()
    return shares


def _packed(values: NDArray[Any], dtype: str) -> str:
    return base64.b64encode(np.ascontiguousarray(values).astype(dtype).tobytes()).decode()


def _forgotten(rows: pa.Table) -> pa.ChunkedArray:
    return pc.fill_null(pc.equal(rows["error_code"], "forgotten"), fill_value=False)
