"""Spark's own `predict_batch_udf` with Keras: the model is loaded once a Python worker, as its documentation does it.

`python -m tests.bench.peers.batch_udf LANDING OUT WEIGHTS`
"""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyspark.ml.functions import predict_batch_udf
from pyspark.sql.functions import col
from pyspark.sql.types import ArrayType, FloatType

from tests.bench.notebook import reader, session
from tests.bench.peers.featurizers import BATCH, Keras


def main(landing: str, out: str, weights: str) -> None:
    spark = session(reuse_workers=True)
    featurize = predict_batch_udf(
        make_predict_fn=lambda: predicting(weights), return_type=ArrayType(FloatType()), batch_size=BATCH
    )
    images = reader(spark.read).load(landing).select(col("path"), featurize("content").alias("features"))
    images.write.mode("overwrite").parquet(f"{out}/features")
    spark.stop()


def predicting(weights: str) -> Callable[[NDArray[Any]], NDArray[np.float32]]:
    featurize = Keras(weights)
    return lambda contents: featurize([bytes(content) for content in contents])


if __name__ == "__main__":
    main(*sys.argv[1:])
