"""Pages of reports, made without Spark."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import write_deltalake

from batch.pca.components import Components
from batch.pca.drift import Drift
from batch.projecting import points, project
from batch.publishing import publish
from batch.refit import Refit, new_id
from batch.report.nights import refits
from batch.report.page import Wanted, draw
from batch.report.small import none
from batch.snapshot import Snapshot
from conf.lake import Lake
from conf.settings import Settings
from schemas.current import current
from schemas.features import FEATURE_COUNT
from schemas.projection import PROJECTION
from streaming.thumbnails import Thumbnails
from tests.batch.lakes import no_spark
from tests.fruits_drawn import drawn_lake
from tests.streaming.landing.fakes import NOW, new_lake, write_features


def publish_one(lake: Lake, seed: int = 0, model_id: str = "m") -> str:
    """A refit of all that has features now, its components made up: finding them takes seconds."""
    snapshot = Snapshot.take(lake)
    rows = current(snapshot.rows())
    chosen = np.zeros(snapshot.last_seq + 1, np.bool_)
    chosen[rows.filter(pc.equal(rows["status"], "ok"))["seq"].to_numpy()] = True
    refit = replace(made_up(snapshot, int(chosen.sum()), seed), model_id=model_id)
    project(no_spark, snapshot, chosen, refit)
    angles = {"angles": (0.1, 0.2), "captured": 0.5, "capturable": 0.6, "relative_mean_shift": 0.02} if seed else {}
    publish(lake, refit, Drift(0.5, dict(Counter(points(lake, refit.refit_id)[1])), **angles), [])  # type: ignore[arg-type]
    return refit.refit_id


def made_up(snapshot: Snapshot, n: int, seed: int) -> Refit:
    """A refit of `n` pictures in the night `seed`."""
    when = NOW + timedelta(days=seed)
    rows = np.linalg.qr(np.random.default_rng(seed).normal(size=(FEATURE_COUNT, 3)))[0].T
    spectrum = 1.0 / np.arange(1, 11) ** 2
    components = Components(np.zeros(FEATURE_COUNT), rows, spectrum[:3], spectrum)
    return Refit(new_id(when), when, "m", snapshot.version, snapshot.last_seq, n, components)


def page_of(lake: Lake, file: Path, thumbnails: bool = True) -> str:
    """The latest refit's page in `file`; its URL."""
    small = Thumbnails(Settings(lake=lake.root)) if thumbnails else none
    file.write_bytes(draw(Snapshot.take(lake), Wanted(refits(lake, "m"), None, small, 100)))
    return file.as_uri()


def drawn_page(folder: Path, *, evil: bool = False) -> str:
    """Two nights over a small lake."""
    lake = drawn_lake(folder, evil=evil)
    publish_one(lake)
    publish_one(lake, 1)
    return page_of(lake, folder / "page.html")


def big_page(folder: Path, count: int) -> str:
    """So many points, of 24 labels, without features to compare."""
    lake = new_lake(folder)
    rows = [{"seq": i + 1, "label": f"Label {i % 24}", "path": f"file:///l/{i % 24}/{i}.jpg"} for i in range(count)]
    write_features(lake, rows)
    refit = made_up(Snapshot.take(lake), count, 0)
    values = np.random.default_rng(0).normal(size=(count, 3)) + np.arange(count)[:, None] % 24
    columns = {
        "path": [row["path"] for row in rows],
        "label": [row["label"] for row in rows],
        "seq": [row["seq"] for row in rows],
        "pcaFeatures": values.tolist(),
        "refit_id": [refit.refit_id] * count,
    }
    write_deltalake(lake.open_or_create(PROJECTION), pa.table(columns, schema=PROJECTION.arrow()), mode="append")
    counts = {f"Label {i}": count // 24 for i in range(24)}
    publish(lake, refit, Drift(0.5, counts), [])
    return page_of(lake, folder / "page.html")
