"""Delta's commits to S3, each on the condition that there is none yet: see ConditionalLogStore.java."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

log = logging.getLogger(__name__)

_SOURCE = Path(__file__).with_name("ConditionalLogStore.java")
_CONF = {f"spark.delta.logStore.{scheme}.impl": "verger.ConditionalLogStore" for scheme in ("s3", "s3a")}


def log_store_conf(folder: Path) -> dict[str, str]:
    """Compile the log store into `folder` for this process's JVM; returns what makes its Spark, not yet there, use it.

    Janino, with which Spark compiles its queries, does it: no JDK is needed, and nothing is built or shipped. Delta
    writes its log in the driver alone, so executors don't need it. Empty where that fails, and then it is logged.
    """
    from py4j.protocol import Py4JError
    from pyspark import SparkContext

    SparkContext._ensure_initialized()
    jvm: Any = SparkContext._jvm
    try:
        loader = jvm.java.lang.Thread.currentThread().getContextClassLoader()
        compiler = jvm.org.codehaus.janino.SimpleCompiler()
        compiler.setParentClassLoader(loader)
        compiler.cook(_SOURCE.read_text("utf-8"))
        for name, code in compiler.getBytecodes().items():
            file = folder / f"{name.replace('.', '/')}.class"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(code)
        loader.addURL(jvm.java.io.File(str(folder)).toURI().toURL())
    except (Py4JError, TypeError) as error:  # TypeError: py4j's for a class that isn't there
        log.warning("the log store of Verger can't be used with this Spark: %s", error)
        return {}
    return _CONF


def commits_are_conditional(spark: "SparkSession", uri: str) -> bool:
    """Whether no commit of this session to a table in S3, at `uri`, can replace another."""
    context = spark.sparkContext
    if any(context.getConf().get(name) != value for name, value in _CONF.items()):
        return False
    jvm: Any = context._jvm
    hadoop = context._jsc.hadoopConfiguration()
    return bool(jvm.verger.ConditionalLogStore.isKnown(jvm.org.apache.hadoop.fs.Path(uri), hadoop))
