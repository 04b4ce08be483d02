"""Finds Java and makes sure that Spark runs on it.

It needs nothing but Python itself, so that `python -m conf.java` can check before anything is installed.
"""

import os
import re
import shutil
import subprocess
import sys

from conf.errors import JavaError, UserError

#: What Spark 4.1 runs on.
SUPPORTED = (17, 21)

_VERSION = re.compile(r'version "(?:1\.)?([0-9]+)')
_INSTALL = (
    "install Java 17 (Debian: `sudo apt-get install openjdk-17-jre-headless`; "
    "macOS: `brew install openjdk@17`; "
    "without root: `pip install install-jdk && python -c \"import jdk; print(jdk.install('17'))\"`, "
    "then set JAVA_HOME to the folder it prints)"
)


def check_java() -> str:
    """The path of the `java` that Spark will start; raises JavaError unless it is Java 17 or 21."""
    java, source = _java()
    major = _major(java)
    if major in SUPPORTED:
        return java
    found = f"Java {major}" if major else "no Java that runs"
    raise JavaError(f"Spark needs Java 17 or 21, but {source} is {found}: {_INSTALL}.")


def _java() -> tuple[str, str]:
    """The `java` that Spark's own scripts choose, and what to call it in a sentence."""
    home = os.environ.get("JAVA_HOME")
    if home:
        java = os.path.join(home, "bin", "java")
        if not os.access(java, os.X_OK):
            raise JavaError(f"JAVA_HOME = {home!r} has no bin/java: correct or unset it, or {_INSTALL}.")
        return java, f"JAVA_HOME = {home!r}"
    found = shutil.which("java")
    if found is None:
        raise JavaError(f"Spark needs Java 17 or 21, and there is none on the PATH: {_INSTALL}.")
    return found, found


def _major(java: str) -> int | None:
    try:
        done = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = _VERSION.search(done.stderr + done.stdout)
    return int(match[1]) if match and done.returncode == 0 else None


if __name__ == "__main__":
    try:
        check_java()
    except UserError as problem:
        sys.exit(str(problem))
