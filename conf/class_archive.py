"""Spark's classes as a JVM holds them, kept in a file of the Python environment: the next JVM starts in half the time.

It is Java's class data sharing (JEP 350). `make` records it once, by a JVM that has done a little of everything; Java
itself checks that it fits, and goes on without it where a jar or Java is another. Nothing else depends on it.
"""

import hashlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

from conf.java import check_java

_recording = ContextVar("recording", default=False)


@dataclass(frozen=True)
class ClassArchive:
    """`spark_home`: what SPARK_HOME must be for the archive to fit, which knows jars by their paths."""

    spark_home: Path

    @property
    def file(self) -> Path:
        """There when it was recorded."""
        return self.spark_home / "classes.jsa"

    @property
    def part(self) -> Path:
        """What a JVM writes when it ends; the archive when that is done."""
        return self.file.with_suffix(".part")

    @property
    def java_options(self) -> str:
        """For a JVM that reads the archive, or writes it."""
        if is_recording():
            return f"-XX:ArchiveClassesAtExit={self.part}"
        return f"-XX:SharedArchiveFile={self.file}" if self.file.exists() else ""


def class_archive(java: str) -> ClassArchive:
    """The one for this `java` with the Spark of this environment, recorded or not."""
    found, spark = Path(java).resolve(), distribution("pyspark")
    of = (found, found.stat().st_mtime_ns, spark.locate_file("pyspark"), spark.version)
    return ClassArchive(Path(sys.prefix) / "spark" / hashlib.sha256(repr(of).encode()).hexdigest()[:16])


def is_recording() -> bool:
    """Whether the JVM of this process writes the archive when it ends, which takes it some 15 s."""
    return _recording.get()


@contextmanager
def recording() -> Iterator[ClassArchive]:
    """What the one JVM loads that is started and ended inside becomes the archive, in place of older ones.

    Raises JavaError; OSError where the environment can't be written.
    """
    archive = class_archive(check_java())
    archive.spark_home.mkdir(parents=True, exist_ok=True)
    token = _recording.set(True)
    try:
        yield archive
    finally:
        _recording.reset(token)
    archive.part.rename(archive.file)
    for old in set(archive.spark_home.parent.iterdir()) - {archive.spark_home}:
        shutil.rmtree(old, ignore_errors=True)
