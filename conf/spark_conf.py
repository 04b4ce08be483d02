"""What our Spark sessions are set to, and why."""

from conf.locations import is_s3
from conf.s3 import endpoint, s3a_conf
from conf.settings import Settings

#: What reads S3, of Spark's own Hadoop version. Of the AWS SDK, whose bundle of all services is 640 MB, only the
#: two modules that S3A loads, in the version that this Hadoop was built with: 12 MB.
S3A_PACKAGES = (
    "org.apache.hadoop:hadoop-aws:3.4.2",
    "software.amazon.awssdk:s3:2.29.52",
    "software.amazon.awssdk:s3-transfer-manager:2.29.52",
)
#: What S3A depends on and Spark brings itself: not fetched and loaded a second time.
IN_SPARK = (
    "com.fasterxml.jackson.core:*",
    "com.github.luben:zstd-jni",
    "com.google.code.findbugs:*",
    "commons-codec:*",
    "commons-logging:*",
    "io.airlift:aircompressor",
    "io.netty:*",
    "org.apache.hadoop:hadoop-client-api",
    "org.apache.hadoop:hadoop-client-runtime",
    "org.apache.httpcomponents:*",
    "org.apache.logging.log4j:*",
    "org.apache.parquet:*",
    "org.roaringbitmap:*",
    "org.slf4j:*",
    "org.wildfly.openssl:*",  # a choice of S3A's, which isn't ours: the JVM's own TLS is used
    "org.xerial.snappy:*",
    "software.amazon.awssdk:bundle",
)
#: The JVM plans and moves rows, the work is in Python. Its optimizing compiler takes what runs 40 times as
#: often as it would by default: it then gives back a tenth of a batch, and costs the start 1 s instead of 6 (2 cores).
_LATE_OPTIMIZING = (
    "-XX:Tier4InvocationThreshold=200000 -XX:Tier4MinInvocationThreshold=24000 -XX:Tier4CompileThreshold=600000 "
    "-XX:Tier4BackEdgeThreshold=1600000 -XX:ReservedCodeCacheSize=240m"
)
#: Attempts at a task: Spark's local mode knows one only, and a worker that dies would fail the batch.
LOCAL_TASK_ATTEMPTS = 4

_EVERYWHERE = {
    "spark.sql.catalogImplementation": "in-memory",  # tables are known by their path
    "spark.sql.session.timeZone": "UTC",
    # A batch of pictures' rows, not of Spark's 10,000: a worker holds one batch in memory.
    "spark.sql.execution.arrow.maxRecordsPerBatch": "256",
    "spark.sql.execution.arrow.maxBytesPerBatch": str(16 * 2**20),
    # Batches are small plans on few rows: to compile them, and to plan them anew as they run, costs a batch 0.2 s, and
    # gives nothing back.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.subexpressionElimination.enabled": "false",  # without compiled code, a cache that every row looks into
    "spark.python.worker.reuse": "true",  # the model is loaded once per worker
    "spark.executorEnv.OMP_NUM_THREADS": "1",  # one thread per worker: Spark runs one worker per core
    "spark.executorEnv.ARROW_DEFAULT_MEMORY_POOL": "system",  # its own keeps up to 40 MB of a data file in a worker
    "spark.log.level": "WARN",
    # As by default, and what AWS's variables are called: no value of these is in logs or on Spark's pages.
    "spark.redaction.regex": "(?i)secret|password|token|signature|credential|access[._-]?key",
    "spark.ui.showConsoleProgress": "false",
}


def common_conf() -> dict[str, str]:
    """For every session, wherever it runs.

    Nothing that spark-submit has settled by then: master, memory, jars, how many executors, where their Python is.
    """
    return dict(_EVERYWHERE)


def s3_conf(settings: Settings) -> dict[str, str]:
    """For a session that itself writes into a lake in S3. On AWS a cluster's image says what does so."""
    return s3a_conf() if is_s3(settings.lake) and endpoint() else {}


def package_conf(settings: Settings) -> dict[str, str]:
    """For the same session where Spark has no S3A: what Ivy fetches and caches, and what makes `s3://` S3A."""
    if not is_s3(settings.lake):
        return {}
    return s3a_conf() | {"spark.jars.packages": ",".join(S3A_PACKAGES), "spark.jars.excludes": ",".join(IN_SPARK)}


def local_conf(settings: Settings) -> dict[str, str]:
    """For a session whose JVM we start ourselves: a laptop, a test, one machine."""
    cores = settings.worker_cores()
    return {
        "spark.master": f"local[{cores},{LOCAL_TASK_ATTEMPTS}]",
        "spark.driver.memory": settings.driver_memory,
        "spark.driver.extraJavaOptions": f"{_LATE_OPTIMIZING} -XX:+UseSerialGC",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": str(cores),
        "spark.ui.enabled": "false",
    }
