"""Spark for a refit: started when it is first needed, so that bad input is told without it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from batch.gathering import loaded
from batch.stages import Stages
from conf.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@dataclass
class SparkOnDemand:
    """Call it for the session; the first call starts Spark, as a stage of its own."""

    settings: Settings
    log_path: Path
    stages: Stages
    _session: "SparkSession | None" = field(default=None, init=False)

    def __call__(self) -> "SparkSession":
        """The one session. Raises JavaError or SparkStartError."""
        if self._session is None:
            from conf.session import spark_session

            with self.stages.stage("Spark"):
                self._session = spark_session(
                    self.settings, app_name="verger refit", log_path=self.log_path, writes_lake=True
                )
            self.stages.watch(self._session)
        return self._session

    def with_workers(self) -> "SparkSession":
        """The session, and as many Python workers as it has cores, which have loaded what moments need."""
        cold = self._session is None
        session = self()
        if cold:
            with self.stages.stage("Python workers"):
                cores = session.sparkContext.defaultParallelism
                session.sparkContext.parallelize(range(cores), cores).foreachPartition(loaded)
        return session

    def end(self) -> None:
        """Stop it, if it was started."""
        if self._session is not None:
            from conf.jvm import end_jvm

            self._session = None
            end_jvm()
