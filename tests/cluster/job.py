"""Jobs on the cluster: spark-submit in client mode, with nothing but what `make package` made."""

import os
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from conf.emr.environment import FOLDER, INTERPRETER, archive_conf
from conf.emr.package import ARCHIVE, ENTRY
from conf.settings import Settings
from conf.spark_conf import package_conf
from tests.cluster.machines import QUICK_JVM, Cluster

#: How Spark logs a task that was running on an executor that is gone.
LOST = "ExecutorLostFailure"


@dataclass(frozen=True)
class Driver:
    """The machine that drivers run on. `release`: a copy of `dist`."""

    machines: Cluster
    folder: Path
    variables: Mapping[str, str]
    settings: Settings
    executors: int = 2

    @classmethod
    def on(
        cls, machines: Cluster, dist: Path, variables: Mapping[str, str], settings: Settings, executors: int = 2
    ) -> "Driver":
        """A new one, with the archive unpacked as EMR does it for a driver."""
        folder = machines.folder / "driver"
        folder.mkdir()
        for name in (ENTRY, ARCHIVE):
            shutil.copy(dist / name, folder / name)
        with tarfile.open(folder / ARCHIVE) as archive:
            archive.extractall(folder / FOLDER, filter="fully_trusted")  # links to /usr/bin are meant
        return cls(machines, folder, variables, settings, executors)

    @property
    def out(self) -> Path:
        """What all its jobs said; it stays when the machines are gone."""
        return self.machines.folder.parent / "driver.out"

    @property
    def log(self) -> Path:
        """What Spark logged meanwhile."""
        return self.out.with_suffix(".log")

    def submit(self, *words: str) -> "subprocess.Popen[bytes]":
        """`verger <words>` as a job."""
        command = [str(self.machines.home / "bin" / "spark-submit"), "--master", self.machines.url]
        for name, value in self._conf().items():
            command += ["--conf", f"{name}={value}"]
        java = {name: os.environ[name] for name in ("JAVA_HOME",) if name in os.environ}
        own = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "SPARK_HOME": str(self.machines.home),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "PYSPARK_PYTHON": INTERPRETER,
        }
        with self.out.open("ab") as out, self.log.open("ab") as log:
            return subprocess.Popen(
                [*command, str(self.folder / ENTRY), *words],
                cwd=self.folder,
                env={**java, **own, **self.variables},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
                start_new_session=True,
            )

    def printed(self) -> str:
        """The log, and what the jobs said."""
        return self.log.read_text("utf-8", "replace") + self.out.read_text("utf-8", "replace")

    def _conf(self) -> dict[str, str]:
        """A distribution has no Delta and no S3A, which EMR's image has: from Ivy's cache, as for a local Spark."""
        return {
            **package_conf(self.settings),
            **archive_conf(str(self.folder / ARCHIVE)),
            "spark.jars.ivy": str(Path.home() / ".ivy2.5.2"),
            "spark.driver.memory": self.settings.driver_memory,
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.extraJavaOptions": QUICK_JVM,
            "spark.executor.extraJavaOptions": QUICK_JVM,
            "spark.executor.cores": "1",
            "spark.executor.memory": "1g",
            "spark.dynamicAllocation.enabled": "true",
            "spark.dynamicAllocation.shuffleTracking.enabled": "true",
            "spark.dynamicAllocation.maxExecutors": str(self.executors),
            "spark.ui.enabled": "false",
        }
