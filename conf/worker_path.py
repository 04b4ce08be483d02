"""Spark's own archives on a Python worker's path, read once."""

import sys
from pathlib import PurePath
from zipimport import zipimporter

#: What Spark puts on a worker's PYTHONPATH: its own sources as archives, and its jar.
_ARCHIVES = ("pyspark.zip", "py4j-", "spark-core_")


class _ReadOnce(zipimporter):
    """An archive that does not change while this process lives."""

    def invalidate_caches(self) -> None:
        """Keep its directory."""


def keep_spark_archives() -> None:
    """Let this process read the directories of Spark's archives once. Import as before; safe to call again.

    Spark invalidates the import caches before every task, and zipimport then reads the whole directory of each
    archive on the path again, in Python: 0.3 s of every task (seen with py-spy on pyspark 4.1.1, Python 3.11). They
    can't be taken off the path: on a cluster, PySpark is nowhere else.
    """
    for path, finder in list(sys.path_importer_cache.items()):
        if type(finder) is zipimporter and PurePath(path).name.startswith(_ARCHIVES):
            sys.path_importer_cache[path] = _ReadOnce(path)
