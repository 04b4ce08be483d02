"""MLlib's PCA over a Delta table, as the notebook called it: Spark's own defaults, 8 GB for the JVM, no tuning.

`python -m tests.bench.mllib_pca FEATURES OUT [--cached]`: fits and transforms the table at FEATURES, writes `pca.npz`
(pc (1280, 4), explainedVariance (4,)) and Parquet (path, label, pcaFeatures) to OUT, prints the seconds of both.
The session and a first read of the table are not in them. `--cached`: the vectors are cached, which is in `fit`.
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from pyspark.ml.feature import PCA, PCAModel
from pyspark.ml.functions import array_to_vector
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from tests.delta_spark import delta_session


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("features")
    parser.add_argument("out", type=Path)
    parser.add_argument("--cached", action="store_true")
    args = parser.parse_args()
    spark = delta_session("mllib pca", "8g")
    rows = vectors(spark, args.features)
    rows.count()
    with stage("fit"):
        model = PCA(k=4, inputCol="features", outputCol="pcaFeatures").fit(rows.cache() if args.cached else rows)
    with stage("transform"):
        model.transform(rows).select("path", "label", "pcaFeatures").write.parquet(str(args.out / "pca"))
    save(model, args.out / "pca.npz")
    spark.stop()


def vectors(spark: SparkSession, features: str) -> DataFrame:
    ok = spark.read.format("delta").load(features).where(F.col("status") == "ok")
    return ok.select("path", "label", array_to_vector(F.col("features")).alias("features"))


@contextmanager
def stage(name: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    print(f"{name}, {time.perf_counter() - began:.3f} s", flush=True)


def save(model: PCAModel, file: Path) -> None:
    np.savez(file, pc=model.pc.toArray(), explained_variance=model.explainedVariance.toArray())


if __name__ == "__main__":
    main()
