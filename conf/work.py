"""A folder for what a run needs only while it lasts: Spark's checkpoint, log and temporary files."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from conf.errors import FailedError, SparkStartError

SPARK_LOG = "spark.log"
_PREFIX = "verger-"
#: Locked by the kernel for as long as the run's process lives.
_LOCK = "lock"


@contextmanager
def work_folder() -> Iterator[Path]:
    """A new folder, removed at the end, and by the next run if this one is killed.

    If the work failed while Spark ran, the error names Spark's log, which stays.
    """
    _remove_what_killed_runs_left()
    work, keep = Path(tempfile.mkdtemp(prefix=_PREFIX)), False
    with (work / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield work
        except FailedError as error:
            keep = (work / SPARK_LOG).exists()
            raise type(error)(f"{error}; Spark's log is {work / SPARK_LOG}" if keep else str(error)) from error
        except SparkStartError:  # names the log itself
            keep = True
            raise
        finally:
            _remove(work, but=SPARK_LOG if keep else "")


def _remove_what_killed_runs_left() -> None:
    for lock in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK}"):
        with suppress(OSError), lock.open("r+") as held:  # another user's can't be opened, one that is held not locked
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(lock.parent)


def _remove(work: Path, *, but: str = "") -> None:
    if not but:
        shutil.rmtree(work, ignore_errors=True)
        return
    for entry in work.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        elif entry.name != but:
            entry.unlink(missing_ok=True)
