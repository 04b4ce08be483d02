"""What one stream did, in counts: of Spark's jobs and tasks, of files, of bytes to and from Python, of model loads."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
_UNITS = {"B": 1.0, "KiB": 2.0**10, "MiB": 2.0**20, "GiB": 2.0**30}
_SIZE = re.compile(r"([\d.]+) (B|KiB|MiB|GiB)")


@dataclass(frozen=True)
class Done:
    """Since the look before. `sent`, `returned`: bytes to and from Python's workers."""

    jobs: int
    tasks: int
    files: int
    sent: float
    returned: float


@dataclass
class Counter:
    """Looks at a session's status, and at a table's files."""

    spark: SparkSession
    table: str
    group: str
    _jobs: set[int] = field(default_factory=set)
    _executions: set[int] = field(default_factory=set)
    _files: set[str] = field(default_factory=set)

    def look(self) -> Done:
        """What was done since the last look."""
        jobs, files = self._new_jobs(), set(DeltaTable(self.table).file_uris())
        added, self._files = len(files - self._files), files
        sizes = self._new_sizes()
        return Done(len(jobs), sum(map(self._tasks, jobs)), added, sizes["sent to"], sizes["returned from"])

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

    def _new_sizes(self) -> dict[str, float]:
        """Spark keeps them as text, of a total behind a head line, if there is more than one task."""
        store: Any = self.spark._jsparkSession.sharedState().statusStore()
        executions, sizes = store.executionsList(), {"sent to": 0.0, "returned from": 0.0}
        for index in range(executions.size()):
            execution = executions.apply(index)
            number, metrics = int(execution.executionId()), execution.metrics()
            if number in self._executions:
                continue
            self._executions.add(number)
            values = store.executionMetrics(number)
            for metric in (metrics.apply(at) for at in range(metrics.size())):
                kind = re.fullmatch(r"data (sent to|returned from) Python workers", metric.name())
                if kind and values.contains(metric.accumulatorId()):
                    sizes[kind[1]] += _bytes(str(values.apply(metric.accumulatorId())))
        return sizes


def count_loads(folder: Path) -> Path:
    """Makes `folder` one for PYTHONPATH; returns the file that a line is written to at each load of a model."""
    folder.mkdir()
    loads = folder / "loads"
    loads.touch()
    (folder / "sitecustomize.py").write_text(SITE.format(file=str(loads)), "utf-8")
    return loads


def _bytes(text: str) -> float:
    found = _SIZE.search(text.rsplit("\n", 1)[-1])
    return float(found[1]) * _UNITS[found[2]] if found else 0.0
