"""The notebook's pattern, written as it was: Spark, binaryFile, repartition(24), Keras in a pandas UDF, Parquet.

`python -m tests.bench.notebook LANDING OUT WEIGHTS [--batch N] [--fresh-workers]`; with `--batch` as a Structured
Streaming query of N pictures a micro-batch. With Spark's own defaults Python workers are reused, so TensorFlow is
imported once per worker, but each of the 24 tasks builds the model and traces `predict` anew; with `--fresh-workers`
each task also loads TensorFlow anew, as was seen of the notebook.
Kinder than the notebook in one point: a task builds the model with random weights before it sets those that were
broadcast, where the notebook had it load the ImageNet weights for nothing.
"""

import argparse
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image
from pyspark.core.broadcast import Broadcast
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql.functions import col, element_at, split
from pyspark.sql.pandas.functions import pandas_udf
from tensorflow.keras import Model
from tensorflow.keras.applications.mobilenet_v2 import MobileNetV2, preprocess_input
from tensorflow.keras.preprocessing.image import img_to_array

from conf.cores import usable_cores

SCHEMA = "path string, modificationTime timestamp, length long, content binary"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("landing")
    parser.add_argument("out", type=Path)
    parser.add_argument("weights")
    parser.add_argument("--batch", type=int)
    parser.add_argument("--fresh-workers", action="store_true")
    args = parser.parse_args()
    spark = session(reuse_workers=not args.fresh_workers)
    featurize = featurize_udf(spark.sparkContext.broadcast(learned_weights(args.weights)))
    if args.batch:
        stream(spark, featurize, args.landing, args.out, args.batch)
    else:
        images = reader(spark.read).load(args.landing)
        with_features(images, featurize).write.mode("overwrite").parquet(str(args.out / "features"))
    check_sizes(args.out / "features")
    spark.stop()


def session(*, reuse_workers: bool) -> SparkSession:
    spark = (
        SparkSession.builder.appName("notebook")
        .master(f"local[{usable_cores()}]")
        .config("spark.sql.parquet.writeLegacyFormat", "true")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.python.worker.reuse", str(reuse_workers).lower())
        .getOrCreate()
    )
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "1024")
    return spark


def reader(read: Any) -> Any:
    return read.format("binaryFile").option("pathGlobFilter", "*.jpg").option("recursiveFileLookup", "true")


def stream(spark: SparkSession, featurize: Callable[..., Column], landing: str, out: Path, batch: int) -> None:
    def append(images: DataFrame, _batch_id: int) -> None:
        with_features(images, featurize).write.mode("append").parquet(str(out / "features"))

    images = reader(spark.readStream).schema(SCHEMA).option("maxFilesPerTrigger", batch).load(landing)
    writer = images.writeStream.foreachBatch(append).option("checkpointLocation", str(out / "checkpoint"))
    writer.trigger(availableNow=True).start().awaitTermination()


def with_features(images: DataFrame, featurize: Callable[..., Column]) -> DataFrame:
    return (
        images.withColumn("label", element_at(split(images["path"], "/"), -2))
        .repartition(24)
        .select(col("path"), col("label"), featurize("content").alias("features"))
    )


def learned_weights(weights: str) -> list[Any]:
    model = MobileNetV2((224, 224, 3), include_top=False, pooling="avg", weights=weights)
    return list(model.get_weights())


def model_fn(broadcast_weights: "Broadcast[list[Any]]") -> Any:
    """The model up to its global average pool, with the weights that were broadcast."""
    model = MobileNetV2(weights=None, include_top=True, input_shape=(224, 224, 3))
    for layer in model.layers:
        layer.trainable = False
    new_model = Model(inputs=model.input, outputs=model.layers[-2].output)
    new_model.set_weights(broadcast_weights.value)
    return new_model


def preprocess(content: bytes) -> Any:
    image = Image.open(io.BytesIO(content)).resize([224, 224])
    return preprocess_input(img_to_array(image))


def featurize_series(model: Any, content_series: "pd.Series[Any]") -> "pd.Series[Any]":
    predictions = model.predict(np.stack(content_series.map(preprocess).to_list()))
    return pd.Series([prediction.flatten() for prediction in predictions])


def featurize_udf(broadcast_weights: "Broadcast[list[Any]]") -> Callable[..., Column]:
    def featurize(content_series_iter: Iterator[pd.Series]) -> Iterator[pd.Series]:
        model = model_fn(broadcast_weights)
        for content_series in content_series_iter:
            yield featurize_series(model, content_series)

    udf: Callable[..., Column] = pandas_udf(featurize, "array<float>")  # type: ignore[call-overload]
    return udf


def check_sizes(folder: Path) -> None:
    sizes = set(pd.read_parquet(folder)["features"].map(len))
    if sizes != {1280}:
        raise ValueError(f"vectors of {sizes} values")


if __name__ == "__main__":
    main()
