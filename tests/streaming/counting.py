"""What one stream did, in counts: of Spark's jobs and tasks, of files, of model loads."""

from dataclasses import dataclass, field
from pathlib import Path

from deltalake import DeltaTable
from pyspark.sql import SparkSession

#: Put on the path of every Python that Spark starts: notes the process at each model that it loads.
SITE = """
import importlib.abc, importlib.machinery, os, sys

class Counting(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != "streaming.featurize.model":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        load = spec.loader.exec_module
        def exec_module(module):
            load(module)
            make = module.Featurizer.__init__
            def counted(self, tflite):
                with open({file!r}, "a") as file:
                    file.write(str(os.getpid()) + "\\n")
                make(self, tflite)
            module.Featurizer.__init__ = counted
        spec.loader.exec_module = exec_module
        return spec

sys.meta_path.insert(0, Counting())
"""


@dataclass(frozen=True)
class Done:
    """Since the look before."""

    jobs: int
    tasks: int
    files: int


@dataclass
class Counter:
    """Looks at a session's status, and at a table's files."""

    spark: SparkSession
    table: str
    group: str
    _jobs: set[int] = field(default_factory=set)
    _files: set[str] = field(default_factory=set)

    def look(self) -> Done:
        """What was done since the last look."""
        jobs, files = self._new_jobs(), set(DeltaTable(self.table).file_uris())
        added, self._files = len(files - self._files), files
        return Done(len(jobs), sum(map(self._tasks, jobs)), added)

    def _new_jobs(self) -> set[int]:
        tracker = self.spark.sparkContext.statusTracker()
        jobs = {job for group in (self.group, None) for job in tracker.getJobIdsForGroup(group)}
        new, self._jobs = jobs - self._jobs, jobs | self._jobs
        return new

    def _tasks(self, job: int) -> int:
        tracker = self.spark.sparkContext.statusTracker()
        info = tracker.getJobInfo(job)
        stages = map(tracker.getStageInfo, info.stageIds if info else ())
        return sum(stage.numCompletedTasks for stage in stages if stage)


def count_loads(folder: Path) -> Path:
    """Makes `folder` one for PYTHONPATH; returns the file that a line is written to at each load of a model."""
    folder.mkdir()
    loads = folder / "loads"
    loads.touch()
    (folder / "sitecustomize.py").write_text(SITE.format(file=str(loads)), "utf-8")
    return loads
