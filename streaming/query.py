"""The streaming query: announcements -> data files with their features -> sink."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from conf.cores import cluster_cores
from conf.settings import Settings
from streaming.featurize.decode import Limits
from streaming.featurize.isolation.bounds import Bounds
from streaming.featurize.udf import FeaturizeOptions, featurized
from streaming.featurize.weights import Model
from streaming.landing.options import LandingOptions
from streaming.landing.source import LandingDataSource
from streaming.sink import FeaturesSink
from streaming.warming import warm_up


def start_query(
    spark: SparkSession, settings: Settings, model: Model, sink: FeaturesSink, *, drain: bool = False
) -> StreamingQuery:
    """Start the query. Its checkpoint is thrown away with it: progress is in the table, nowhere else."""
    tflite = spark.sparkContext.broadcast(model.tflite)
    if _is_local(spark):
        with _workers_of_its_own(spark):
            warm_up(spark, tflite, model.model_id)
    spark.dataSource.register(LandingDataSource)
    options = landing_options(settings, sink.run, drain=drain)
    options = replace(options, lease=sink.hold.token, cores=_cores(spark, settings))
    announcements = spark.readStream.format("landing").options(**options.to_spark()).load()
    with _workers_of_its_own(spark):
        files = featurized(announcements, tflite, model.model_id, _featurize(settings), sink.uri)
    return (
        files.writeStream.foreachBatch(sink.write)
        .option("checkpointLocation", f"file://{sink.checkpoint}")  # a cluster's own file system may be another
        .trigger(processingTime="0 seconds")  # the source keeps the pace
        .queryName("verger")
        .start()
    )


def landing_options(settings: Settings, run: str, *, drain: bool = False) -> LandingOptions:
    """The source's options, from the settings."""
    return LandingOptions(
        path=settings.landing,
        lake=settings.lake,
        name_patterns=settings.name_patterns,
        hidden_names=settings.hidden_names,
        poll_interval_s=settings.poll_interval_s,
        settle_s=settings.settle_s,
        target_batch_s=settings.target_batch_s,
        max_objects_per_batch=settings.max_objects_per_batch,
        max_bytes_per_batch=settings.max_bytes_per_batch,
        retry_backoff_s=settings.retry_backoff_s,
        cores=settings.worker_cores(),
        run=run,
        discover=settings.discover,
        queue=settings.queue,
        reconcile_every_h=settings.reconcile_every_h,
        trigger_interval_s=settings.trigger_interval_s,
        drain=drain,
    )


@contextmanager
def _workers_of_its_own(spark: SparkSession) -> Iterator[None]:
    """Functions made meanwhile run in workers that do nothing else: Spark shares them by their environment.

    Else those that hand out announcements load the model as well, one time or another: 100 MB and half a second each.
    """
    context = spark.sparkContext
    environment = context.environment
    context.environment = environment | {"VERGER_WORKER": "featurize"}
    try:
        yield
    finally:
        context.environment = environment


def _cores(spark: SparkSession, settings: Settings) -> int:
    """Into how many tasks a batch is cut: one for each core that it can have."""
    context = spark.sparkContext
    if settings.cores or _is_local(spark):
        return settings.worker_cores()
    return cluster_cores(dict(context.getConf().getAll()), context.defaultParallelism)


def _is_local(spark: SparkSession) -> bool:
    return (spark.sparkContext.master or "").startswith("local")


def _featurize(settings: Settings) -> FeaturizeOptions:
    return FeaturizeOptions(
        landing=settings.landing,
        limits=Limits(
            settings.max_image_bytes,
            settings.max_image_pixels,
            settings.image_formats,
            settings.exif_orientation,
            settings.max_image_frames,
            settings.max_aspect_ratio,
            settings.max_metadata_bytes,
            settings.worker_memory,
        ),
        bounds=Bounds(settings.picture_timeout_s, settings.worker_memory),
        fetch_timeout_s=settings.fetch_timeout_s,
        read_ahead=settings.read_ahead,
        max_attempts=settings.max_attempts,
    )
