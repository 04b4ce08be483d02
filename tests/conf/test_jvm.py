"""The JVM of spark-submit is the parent of the driver's Python, not its child."""

import os
import subprocess
import sys

from tests.conftest import ROOT

#: A parent that hands on what its child prints, as spark-submit's JVM does, and would print more.
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "from conf.jvm import kill_jvm; kill_jvm('the lease is lost')"])
time.sleep(60)
print("lives")
"""


def test_a_lost_lease_ends_the_jvm_of_spark_submit_after_the_last_words() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PARENT], cwd=ROOT, env={**os.environ, "PYSPARK_GATEWAY_PORT": "1"},
        capture_output=True, text=True, timeout=50, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (-9, "", "verger: the lease is lost\n")
