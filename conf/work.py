"""A folder for what a run needs only while it lasts: Spark's checkpoint and log."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conf.errors import FailedError, SparkStartError

SPARK_LOG = "spark.log"


@contextmanager
def work_folder() -> Iterator[Path]:
    """A new folder, removed at the end; kept if the work failed while Spark ran, and then the error names its log."""
    work, keep = Path(tempfile.mkdtemp(prefix="verger-")), False
    try:
        yield work
    except FailedError as error:
        keep = (work / SPARK_LOG).exists()
        raise type(error)(f"{error}; Spark's log is {work / SPARK_LOG}" if keep else str(error)) from error
    except SparkStartError:  # names the log itself
        keep = True
        raise
    finally:
        if not keep:
            shutil.rmtree(work, ignore_errors=True)
