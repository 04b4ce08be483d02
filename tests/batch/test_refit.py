"""Refits of the 2,400 real pictures: against numpy, against MLlib, and against the one before."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from deltalake import DeltaTable
from PIL import Image

from batch.job import Done
from batch.pca.angles import principal_angles
from batch.pca.moments import Floats
from batch.reports import PCA_MODEL, PLOT, SCREE
from batch.spark import SparkOnDemand
from conf.lake import Lake
from tests.batch.running import latest, projection_of, refit, report, versions

pytestmark = pytest.mark.spark
K = 4


@dataclass(frozen=True, eq=False)
class Refits:
    """The first two refits of `lake`, whose tables had the versions `before`; `features` (2400, 1280) by seq."""

    lake: Lake
    before: dict[str, int]
    first: Done
    second: Done
    features: Floats

    @property
    def rows(self) -> list[dict[str, Any]]:
        return DeltaTable(self.lake.uri("components")).to_pyarrow_table().sort_by("fitted_at").to_pylist()  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def refits(fruit_lake: Lake, spark: SparkOnDemand, tmp_path_factory: pytest.TempPathFactory) -> Refits:
    lake = Lake(str(tmp_path_factory.mktemp("refits") / "lake"))
    shutil.copytree(fruit_lake.root, lake.root)
    before = versions(lake)
    first, second = refit(lake, spark), refit(lake, spark)
    table = DeltaTable(lake.uri("features")).to_pyarrow_table(columns=["seq", "features"]).sort_by("seq")
    features = table["features"].combine_chunks().flatten().to_numpy().reshape(-1, 1280).astype(np.float64)
    return Refits(lake, before, first, second, features)


def test_it_is_the_svd_of_the_centred_matrix(refits: Refits) -> None:
    centred = refits.features - refits.features.mean(axis=0)
    _, singular, directions = np.linalg.svd(centred, full_matrices=False)
    components = refits.first.refit.components
    np.testing.assert_allclose(components.spectrum[:K], (singular**2 / 2399)[:K], rtol=1e-9)
    np.testing.assert_allclose(components.spectrum, singular**2 / 2399, rtol=1e-9, atol=1e-12 * singular[0] ** 2)
    np.testing.assert_allclose(components.mean, refits.features.mean(axis=0), rtol=1e-12)
    assert principal_angles(components.components, directions[:K]).max() < 1e-6
    for own, numpys in zip(components.components, directions, strict=False):
        assert abs(own @ numpys) > 1 - 1e-12


def test_what_is_published_is_what_was_fitted(refits: Refits) -> None:
    row, components = refits.rows[0], refits.first.refit.components
    assert (row["n"], row["k"], row["features_version"], row["last_seq"]) == (2400, K, 3, 2400)
    assert np.array_equal(row["components"], components.components)
    assert np.array_equal(row["explained_variance"], components.spectrum[:K])
    total = refits.features.var(axis=0, ddof=1).sum()
    np.testing.assert_allclose(row["explained_variance_ratio"], components.spectrum[:K] / total, rtol=1e-12)
    assert sorted(dict(row["drift"]["counts_by_label"]).values()) == [100] * 24


def test_mllibs_pca_finds_the_same(refits: Refits, spark: SparkOnDemand) -> None:
    from pyspark.ml.feature import PCA
    from pyspark.ml.functions import array_to_vector
    from pyspark.sql import functions as F

    table = spark().read.parquet(*DeltaTable(refits.lake.uri("features")).file_uris())
    model = PCA(k=K, inputCol="x", outputCol="y").fit(table.select(array_to_vector(F.col("features")).alias("x")))
    ours = refits.first.refit.components
    difference = np.abs(model.explainedVariance.toArray() / ours.explained_variance_ratio - 1).max()
    angle = principal_angles(model.pc.toArray().T, ours.components).max()
    print(f"MLlib: explainedVariance differs by {difference:.1e} (relative), the span by {angle:.1e} radians")
    assert difference < 1e-10
    assert angle < 1e-10


def test_the_projection_has_exactly_the_pictures_and_their_products_with_the_components(refits: Refits) -> None:
    for done in (refits.first, refits.second):
        found = projection_of(refits.lake, done.refit.refit_id)
        assert found["seq"].to_pylist() == list(range(1, 2401))
        assert len(set(found["path"].to_pylist())) == 2400
        values = np.array(found["pcaFeatures"].to_pylist())
        np.testing.assert_allclose(values, refits.features @ done.refit.components.components.T, rtol=0, atol=1e-11)
        labels = [path.split("/")[-2] for path in found["path"].to_pylist()]
        assert found["label"].to_pylist() == labels


def test_the_saved_model_transforms_as_the_table_says(refits: Refits, spark: SparkOnDemand) -> None:
    from pyspark.ml.feature import PCAModel
    from pyspark.ml.functions import array_to_vector, vector_to_array
    from pyspark.sql import functions as F

    refit_id = refits.first.refit.refit_id
    model = PCAModel.load(str(report(refits.lake, refit_id, PCA_MODEL)))
    assert (model.getK(), model.getInputCol(), model.getOutputCol()) == (K, "features", "pcaFeatures")
    np.testing.assert_allclose(model.explainedVariance, refits.rows[0]["explained_variance_ratio"], rtol=1e-15)
    table = spark().read.parquet(*DeltaTable(refits.lake.uri("features")).file_uris())
    vectors = model.transform(table.select("seq", array_to_vector(F.col("features")).alias("features")))
    rows = vectors.select("seq", vector_to_array(F.col("pcaFeatures")).alias("y")).orderBy("seq").collect()
    ours = np.array(projection_of(refits.lake, refit_id)["pcaFeatures"].to_pylist())
    np.testing.assert_allclose([row.y for row in rows], ours, rtol=1e-9, atol=1e-11)


def test_both_pictures_are_there_and_the_plot_where_people_look(refits: Refits) -> None:
    for name in (PLOT, SCREE):
        with Image.open(report(refits.lake, refits.second.refit.refit_id, name)) as picture:
            picture.load()
            assert min(picture.size) > 500
    copy = Path(refits.lake.root) / "ACP" / "pca_plot.png"
    assert copy.read_bytes() == report(refits.lake, refits.second.refit.refit_id, PLOT).read_bytes()


def test_the_streams_tables_are_untouched(refits: Refits) -> None:
    after = versions(refits.lake)
    assert {name: after[name] for name in refits.before} == refits.before == {"features": 3, "ledger": 0}


def test_a_second_refit_reads_nothing_and_stays_where_the_first_was(refits: Refits) -> None:
    assert refits.first.how.startswith("all 2,400 computed anew (there are no moments")
    assert (refits.second.how, refits.second.notes) == ("incremental: 0 entered, 0 left", [])
    one, two = refits.first.refit.components, refits.second.refit.components
    np.testing.assert_allclose(two.components, one.components, rtol=0, atol=1e-12)  # the same signs
    drift = refits.second.drift
    assert max(drift.angles) < 1e-6
    assert drift.mean_shift == 0
    assert drift.captured == pytest.approx(drift.capturable, rel=1e-12)
    assert latest(refits.lake)["refit_id"] == refits.second.refit.refit_id


def test_the_schemas_are_as_declared(refits: Refits) -> None:
    from schemas.components import COMPONENTS
    from schemas.moments import MOMENTS
    from schemas.projection import PROJECTION

    for declared in (COMPONENTS, MOMENTS, PROJECTION):
        found = refits.lake.open(declared)
        assert found is not None
        assert pa.schema(found.schema()).names == [column.name for column in declared.columns]
