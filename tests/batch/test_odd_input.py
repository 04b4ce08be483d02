"""What is odd but has a PCA gets one, and what was left out is said."""

from pathlib import Path

import numpy as np
import pytest

from batch.errors import RefitError
from batch.reports import PAGE, PLOT
from batch.spark import SparkOnDemand
from conf.lake import Lake
from tests.batch.lakes import Row, append, pictures, vectors
from tests.batch.running import latest, projection_of, refit, report
from tests.streaming.landing.fakes import new_lake

pytestmark = pytest.mark.spark


def lake_of(folder: Path, *rows: Row) -> Lake:
    append(lake := new_lake(folder), rows)
    return lake


def test_two_pictures_have_one_component(tmp_path: Path, spark: SparkOnDemand) -> None:
    lake = lake_of(tmp_path, *pictures(2, labels=["Kiwi"]))  # one label, too
    done = refit(lake, spark, k=1)
    row = latest(lake)
    assert (row["n"], row["k"], row["explained_variance_ratio"]) == (2, 1, [pytest.approx(1)])
    one, two = (values[0] for values in projection_of(lake, done.refit.refit_id)["pcaFeatures"].to_pylist())
    rows = vectors(2).astype(float)
    assert abs(one - two) == pytest.approx(np.linalg.norm(rows[0] - rows[1]))


def test_rows_that_are_not_finite_are_left_out_and_said(tmp_path: Path, spark: SparkOnDemand) -> None:
    spoilt = [Row(11, np.full(1280, np.nan, np.float32)), Row(12, vectors(1)[0][:9]), Row(13, None)]
    others = [Row(seq, vectors(1, seq)[0], model_id="n") for seq in (14, 15)]
    lake = lake_of(tmp_path, *pictures(10), *spoilt, *others)
    done = refit(lake, spark)
    assert (latest(lake)["n"], projection_of(lake, done.refit.refit_id).num_rows) == (10, 10)
    left_out = "3 pictures are left out: their features are not 1,280 finite numbers"
    assert left_out in done.notes
    assert left_out in latest(lake)["drift"]["warnings"]
    assert done.notes[-1] == "2 current pictures have features of other models and are left out"


def test_pictures_on_a_line_have_one_component_that_says_all(tmp_path: Path, spark: SparkOnDemand) -> None:
    start, step = vectors(2)
    lake = lake_of(tmp_path, *(Row(seq, start + np.float32(seq) * step) for seq in range(1, 21)))
    refit(lake, spark)
    row = latest(lake)
    assert row["explained_variance_ratio"][0] == pytest.approx(1, abs=1e-9)
    assert max(row["explained_variance_ratio"][1:]) < 1e-9
    assert np.isfinite(row["components"]).all()
    np.testing.assert_allclose(np.array(row["components"]) @ np.transpose(row["components"]), np.eye(4), atol=1e-9)


def test_a_share_of_the_variance_chooses_k(tmp_path: Path, spark: SparkOnDemand) -> None:
    lake = lake_of(tmp_path, *pictures(40))
    refit(lake, spark, variance_target=0.6)
    shares = latest(lake)["explained_variance_ratio"]
    assert sum(shares[:-1]) < 0.6 <= sum(shares)


def test_a_plot_that_can_not_be_copied_is_said_though_the_refit_is_published(
    tmp_path: Path, spark: SparkOnDemand
) -> None:
    lake = lake_of(tmp_path, *pictures(10))
    (Path(lake.root) / "ACP").touch()
    with pytest.raises(RefitError, match=r"ACP/pca_plot.png can't be written: (File exists|Not a directory)$"):
        refit(lake, spark)
    assert report(lake, latest(lake)["refit_id"], PLOT).exists()


def test_labels_may_be_any_text(tmp_path: Path, spark: SparkOnDemand) -> None:
    labels = ["", "_", "$x$", "a/b'c", "ラベル", "\u202e", "x" * 300]
    lake = lake_of(tmp_path, *pictures(21, labels=labels))
    refit(lake, spark)
    assert dict(latest(lake)["drift"]["counts_by_label"]) == dict.fromkeys(labels, 3)


def test_a_page_that_can_not_be_drawn_costs_no_refit(
    tmp_path: Path, spark: SparkOnDemand, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = lake_of(tmp_path, *pictures(10))
    monkeypatch.setattr("batch.report.page.plotly_js", lambda: 1 / 0)
    done = refit(lake, spark)
    assert latest(lake)["refit_id"] == done.refit.refit_id
    assert done.notes == ["the page was not drawn (division by zero): `verger report` draws it"]
    assert not done.drawn
    assert not report(lake, done.refit.refit_id, PAGE).exists()
