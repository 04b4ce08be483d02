"""What spark-submit is told on EMR Serverless: sizes of driver and executors, and where their Python is.

What Verger's own sessions are set to, wherever they run, is in `conf.spark_conf`.
"""

from conf.emr.settings import EmrSettings
from conf.errors import SettingsError
from conf.settings import Settings
from conf.values import java_bytes

#: Where Verger's Python is: in the release's archive, which each worker unpacks, or in conf/emr/Dockerfile's image.
_ARCHIVE_PYTHON, _IMAGE_PYTHON = "./environment/bin/python", "/opt/verger/environment/bin/python"
_MB = 2**20
#: Python of the driver: the source's process, what a refit keeps of each row, the plot.
_LEAST_DRIVER_PYTHON_MB = 1024


def sizes(settings: Settings, emr: EmrSettings, executors: int) -> dict[str, str]:
    """Cores and memory, and `executors` at most. Raises SettingsError where the driver's JVM leaves too little."""
    driver_mb = java_bytes(settings.driver_memory) // _MB
    if (python_mb := emr.driver_memory_gb * 1024 - driver_mb) < _LEAST_DRIVER_PYTHON_MB:
        raise SettingsError(
            f"driver_memory = {settings.driver_memory!r} leaves Python less than 1 GB of a driver of "
            f"{emr.driver_memory_gb} GB: make it smaller, or [emr] driver_memory_gb greater."
        )
    half_mb = emr.executor_memory_gb * 1024 // 2
    return {
        "spark.driver.cores": str(emr.driver_vcpu),
        "spark.driver.memory": f"{driver_mb}m",
        "spark.driver.memoryOverhead": f"{python_mb}m",
        "spark.executor.cores": str(emr.executor_vcpu),
        "spark.executor.memory": f"{half_mb}m",
        "spark.executor.memoryOverhead": f"{half_mb}m",
        "spark.dynamicAllocation.enabled": "true",
        "spark.dynamicAllocation.initialExecutors": "1",
        "spark.dynamicAllocation.minExecutors": "1",
        "spark.dynamicAllocation.maxExecutors": str(executors),
    }


def environment(emr: EmrSettings, release: str, region: str) -> dict[str, str]:
    """The same Python for driver and executors, and what the driver is told by variables.

    Its metrics are lines among its output, which the alarms go by. delta-rs and obstore know no region by themselves.
    """
    python = _IMAGE_PYTHON if emr.image else _ARCHIVE_PYTHON
    archive = {} if emr.image else {"spark.archives": f"{release}/environment.tar.gz#environment"}
    driver = {
        "PYSPARK_DRIVER_PYTHON": python,
        "PYSPARK_PYTHON": python,
        "AWS_REGION": region,
        "VERGER_METRICS": "stdout",
        "VERGER_METRICS_NAME": emr.name,
    }
    return {
        **archive,
        **{f"spark.emr-serverless.driverEnv.{name}": value for name, value in driver.items()},
        "spark.executorEnv.PYSPARK_PYTHON": python,
        "spark.executorEnv.AWS_REGION": region,
    }
