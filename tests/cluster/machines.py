"""A Spark standalone cluster on this machine: a master and workers of one core, each a process of its own."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.servers.process import free_port, serving

EXECUTOR = "CoarseGrainedExecutorBackend"
_CLASSES = "org.apache.spark.deploy"
#: A short life on a small machine: the JVM's second compiler and its parallel collector never pay.
QUICK_JVM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
START_S = 300.0


@dataclass(frozen=True)
class Cluster:
    """`url`: of the master. `home`: Spark, as the machines have it installed. `folder`: where executors work."""

    url: str
    home: Path
    folder: Path

    def executors(self) -> list[psutil.Process]:
        """The executors' JVMs that run now."""
        return [process for process in _children() if _runs(process, EXECUTOR)]

    def python_workers(self) -> list[psutil.Process]:
        """The executors' Python processes: the daemons and the workers that they fork."""
        return [
            child for executor in self.executors() for child in _children(executor) if _runs(child, "pyspark.daemon")
        ]


@contextmanager
def cluster(folder: Path, variables: dict[str, str], workers: int = 2) -> Iterator[Cluster]:
    """A master and its workers on free ports of 127.0.0.1, killed at the end with all that they started.

    The machines know `variables` (an EMR machine's role and region) and nothing of this checkout: no PYTHONPATH,
    and a Spark whose home has what a distribution has. `folder` is to be thrown away: each executor unpacks 0.5 GB.
    """
    home, port = spark_home(folder / "spark"), free_port()
    java = {name: os.environ[name] for name in ("JAVA_HOME",) if name in os.environ}
    own = {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": QUICK_JVM,
        "SPARK_LOCAL_DIRS": str(_made(folder / "scratch")),
    }
    where = ["--host", "127.0.0.1", "--webui-port", "0"]
    spark_class, url = str(home / "bin" / "spark-class"), f"spark://127.0.0.1:{port}"
    with ExitStack() as machines:
        master = [spark_class, f"{_CLASSES}.master.Master", *where, "--port", str(port)]
        machines.enter_context(serving(master, {**java, **own}, port, _made(folder / "master")))
        for number in range(workers):
            at, answers = _made(folder / f"worker-{number}"), free_port()
            worker = [spark_class, f"{_CLASSES}.worker.Worker", *where, "--port", str(answers), "--cores", "1"]
            command = [*worker, "--memory", "2g", "--work-dir", str(at / "work"), url]
            machines.enter_context(serving(command, {**java, **own, **variables}, answers, at))
        yield Cluster(url, home, folder)


def spark_home(folder: Path) -> Path:
    """The Spark that pip installed, at another path, as a machine's own."""
    import pyspark

    folder.mkdir(parents=True)
    for name in ("bin", "jars", "python"):
        (folder / name).symlink_to(Path(pyspark.__file__).parent / name)
    return folder


def wait_for_executors(machines: Cluster, count: int) -> list[psutil.Process]:
    """As soon as so many run. Raises TimeoutError."""
    until = time.monotonic() + START_S
    while len(found := machines.executors()) < count:
        if time.monotonic() > until:
            raise TimeoutError(f"{len(found)} executors after {START_S:g} s, not {count}")
        time.sleep(0.1)
    return found


def busy_executor(machines: Cluster) -> psutil.Process:
    """An executor whose Python workers are at a picture just now, as soon as there is one. Raises TimeoutError."""
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        before = {executor: _python_cpu_s(executor) for executor in machines.executors()}
        time.sleep(0.3)
        for executor, seconds in before.items():
            if _python_cpu_s(executor) > seconds + 0.05:
                return executor
    raise TimeoutError(f"no executor did anything for {START_S:g} s")


def _python_cpu_s(executor: psutil.Process) -> float:
    total = 0.0
    for process in _children(executor):
        with suppress(psutil.Error):
            total += process.cpu_times().user
    return total


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _children(of: psutil.Process | None = None) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return list((of or psutil.Process()).children(recursive=True))
    return []


def _runs(process: psutil.Process, what: str) -> bool:
    with suppress(psutil.Error):
        return what in " ".join(process.cmdline())
    return False
