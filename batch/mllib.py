"""The components in MLlib's own format, for `pyspark.ml.feature.PCAModel.load`."""

from typing import TYPE_CHECKING

from batch.pca.components import Components

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def save_pca_model(spark: "SparkSession", components: Components, uri: str) -> None:
    """Write `components` as a PCAModel (`features` in, `pcaFeatures` out) under `uri`, replacing what is there.

    Its `transform` takes vectors (`pyspark.ml.functions.array_to_vector`). As with MLlib's own models it multiplies
    and does not subtract the mean, so it gives the same as table `projection`; `explainedVariance` holds ratios.
    """
    from pyspark.ml.common import _py2java
    from pyspark.ml.feature import PCAModel
    from pyspark.ml.linalg import DenseMatrix, DenseVector

    rows, context = components.components, spark.sparkContext
    k, d = rows.shape
    uid = "verger_pca"
    loadings = _py2java(context, DenseMatrix(d, k, rows.ravel()))  # column by column: a column is a component
    ratios = _py2java(context, DenseVector(components.explained_variance_ratio))
    if context._jvm is None:
        raise RuntimeError("Spark has no JVM")
    model = PCAModel(context._jvm.org.apache.spark.ml.feature.PCAModel(uid, loadings, ratios))
    model._resetUid(uid)
    model._set(k=k, inputCol="features", outputCol="pcaFeatures")
    model._transfer_params_to_java()
    model.write().overwrite().save(uri)
