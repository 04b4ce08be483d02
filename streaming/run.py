"""`verger stream`: from the settings to a stopped stream."""

import uuid
from contextlib import closing

from py4j.protocol import Py4JError
from rich.console import Console

from conf.java import check_java
from conf.jvm import is_submitted, kill_jvm
from conf.lake import Lake
from conf.locks import lock_lake
from conf.outlet import check_target
from conf.places import check_places
from conf.session import spark_session
from conf.settings import Settings
from conf.work import SPARK_LOG, work_folder
from streaming.cleaning.beside import cleaned_beside
from streaming.driver import JVM_ENDED, Driver, StreamError
from streaming.featurize.weights import resolve_model
from streaming.lake import prepare
from streaming.landing.events.queue import EventQueue
from streaming.live import Report
from streaming.metrics.recording import recorded
from streaming.query import start_query
from streaming.requests.forget_run import forget_waiting
from streaming.screen import Screen
from streaming.sink import FeaturesSink
from streaming.status import read_status
from streaming.stopping import Stopping
from streaming.stores.opening import open_store


def run_stream(settings: Settings, console: Console, *, drain: bool) -> bool:
    """Stream until SIGTERM or Ctrl-C; to `drain`, until all that a whole listing finds is featured. True if it drained.

    Safe to kill at any point and to start again: a batch is in the table whole or not at all, and the next start
    goes on after the last one that is.

    Raises:
        UserError: it could not start: settings, Java, landing, lake, weights or Spark.
        StreamError: it had to end.
    """
    with (
        Stopping() as stopping,
        lock_lake(lake := _check(settings), "stream") as hold,
        work_folder() as work,
        recorded(settings, work) as recorder,
        closing(Screen(console)) as screen,
    ):
        prepare(lake)
        forget_waiting(settings, hold, screen.say)
        model = resolve_model(
            settings.weights, exif_orientation=settings.exif_orientation, sha256=settings.weights_sha256
        )
        if model.is_demo:
            screen.say("demo weights: made up, not learned; set VERGER_WEIGHTS for features that mean something")
        report = Report(screen, settings.landing, read_status(lake), recorder, drain=drain)
        sink = FeaturesSink(lake, uuid.uuid4().hex, work / "checkpoint", report.batch, hold)
        report.say(f"starting Spark; watching {settings.landing}")
        spark = spark_session(settings, app_name="verger stream", log_path=work / SPARK_LOG)
        stopping.listen()  # PySpark has set handlers of its own
        stopping.at_once = kill_jvm
        try:
            query = start_query(spark, settings, model, sink, drain=drain)
        except (Py4JError, OSError) as error:
            raise StreamError(JVM_ENDED) from error
        recorder.query = query
        driver = Driver(settings, query, sink, report, stopping, hold)
        with cleaned_beside(settings, hold.check):
            report.ended(driver.drain() if drain else driver.watch())
    return not stopping.requested


def _check(settings: Settings) -> Lake:
    """What can be known to fail before anything is written or started."""
    check_places(settings)
    check_target(settings.metrics)
    if not is_submitted():
        check_java()
    for _ in open_store(settings.landing).list():
        break  # one look: a missing bucket or a wrong key is said now
    if settings.discover == "events":
        with closing(EventQueue(settings.queue)) as queue:  # which gives back what the look took
            queue.check()
    return Lake(settings.lake)
