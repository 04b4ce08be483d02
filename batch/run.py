"""`verger refit`: checks, locks, runs the job, and says what came out."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pyarrow as pa
from deltalake.exceptions import DeltaError
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from rich.console import Console

from batch.errors import RefitError
from batch.job import Done, Job
from batch.report.small import Thumbnails, none
from batch.reports import PAGE, plot_uri, report_uri
from batch.show import print_refit
from batch.spark import SparkOnDemand
from batch.stages import Stages
from conf.emf import EmfLines
from conf.java import check_java
from conf.jvm import is_submitted
from conf.lake import Lake
from conf.locks import lock_lake
from conf.outlet import Outlet, check_target
from conf.settings import Settings
from conf.work import SPARK_LOG, work_folder
from schemas.features import FEATURES


def run_refit(settings: Settings, console: Console, *, full: bool, thumbnails: Thumbnails = none) -> None:
    """Refit the PCA over the lake's current features and publish it; `full`: compute all anew.

    `thumbnails` makes the small pictures of its page.

    May run while the stream does: it reads one version of `features` and writes to no table of the stream's. Safe to
    kill at any point and to run again: readers see the last refit that was published.

    Raises:
        UserError: it could not start: settings, Java, lake, Spark, or another refit is at work.
        RefitError: there is no PCA of these pictures, or it could not be written.
    """
    began = time.monotonic()
    lake = _check(settings)
    stages = Stages(console)
    with lock_lake(lake, "refit") as hold, work_folder() as work, stages.shown():
        spark = SparkOnDemand(settings, work / SPARK_LOG, stages)
        try:
            with _in_a_sentence():
                done = Job(settings, lake, hold.check, spark, stages, thumbnails).run(full=full)
        finally:
            spark.end()
    seconds = time.monotonic() - began
    _tell(done, settings, seconds)
    _report(done, settings, seconds, console)


def _tell(done: Done, settings: Settings, seconds: float) -> None:
    """The metrics of a refit, where they are wanted. What hangs there is waited for two seconds."""
    if settings.metrics == "off":
        return
    with closing(Outlet(settings.metrics)) as outlet:
        values = {"RefitSucceeded": 1, "RefitSeconds": round(seconds, 3), "RefitPictures": done.refit.n}
        EmfLines(settings.metrics_name, outlet.put).tell(values)


def _check(settings: Settings) -> Lake:
    """What can be known to fail before anything is written or started."""
    lake = Lake(settings.lake)
    if lake.open(FEATURES) is None:
        raise RefitError(f"there is no table of features in {lake.root}: run `verger stream` first")
    check_target(settings.metrics)
    if not is_submitted():
        check_java()
    return lake


@contextmanager
def _in_a_sentence() -> Iterator[None]:
    """What disks, stores and Spark do to a refit that is no fault of its own, as a RefitError; SIGTERM as an exit."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        yield
    except (OSError, DeltaError, pa.ArrowException, PySparkException, Py4JError) as error:
        reason = str(getattr(error, "java_exception", None) or error).strip().splitlines() or [type(error).__name__]
        raise RefitError(f"the refit failed, and what was published before stays: {reason[0][:300]}") from error


def _report(done: Done, settings: Settings, seconds: float, console: Console) -> None:
    print_refit(done.refit, done.drift, done.how, seconds, console)
    for sentence in done.notes:
        console.print(f"! {sentence}", markup=False, highlight=False, soft_wrap=True)
    lake = Lake(settings.lake)
    page = report_uri(lake, done.refit.refit_id, PAGE)
    plot = plot_uri(lake, settings.plot_key)
    shown = ["", *([f"The page is {page}"] if done.drawn else []), f"The plot is {plot}"]
    console.print("\n".join(shown), markup=False, highlight=False, soft_wrap=True)
