"""What this machine must have: Python, Java, Spark's jars, room on its disks."""

import os
import platform
import pwd
import shutil
import sys
import tempfile
import urllib.request
from pathlib import Path

from conf.errors import UserError
from conf.java import check_java
from conf.locations import is_s3
from conf.settings import Settings
from conf.spark_conf import package_conf
from streaming.featurize.model_cache import default_cache_dir

MAVEN = "https://repo1.maven.org/maven2"
#: Less free disk than this ends a stream soon: 3.4 KB a picture, and Spark's own files.
LEAST_FREE = 2**30
ASK_S = 5.0


def python() -> str:
    """Its version is one that is tested."""
    if not (3, 10) <= sys.version_info[:2] <= (3, 13):
        raise UserError(f"Python {platform.python_version()} is none of 3.10 to 3.13: make .venv anew with one of them")
    return f"Python {platform.python_version()}"


def java() -> str:
    """Spark's own choice of a Java is 17 or 21."""
    return f"{check_java()} is Java 17 or 21, as Spark needs"


def jars(settings: Settings) -> str:
    """What Spark fetches is cached, or can be fetched now."""
    packages = package_conf(settings).get("spark.jars.packages", "")
    missing = [package for package in packages.split(",") if package and not _is_cached(package)]
    if not missing:
        return "Spark's packages are cached" if packages else "Spark needs no packages for a lake in a folder"
    try:
        with urllib.request.urlopen(_request(missing[0]), timeout=ASK_S):  # noqa: S310  (a fixed https address)
            return f"{', '.join(missing)}: not here yet, fetched at the first refit"
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise UserError(
            f"Spark's packages {', '.join(missing)}, which a refit needs, are not cached, and Maven Central can't be "
            f"reached ({reason}): run one once where it can, or copy ~/.ivy2.5.2 from such a machine"
        ) from error


def disks(settings: Settings) -> str:
    """Lake, temporary files and cache have room, and what Java unpacks there may run."""
    folders = [Path(tempfile.gettempdir()), default_cache_dir()]
    folders += [] if is_s3(settings.lake) else [Path(settings.lake)]
    free = {}
    for folder in folders:
        there = next(p for p in (folder, *folder.parents) if os.access(p, os.F_OK))
        free[folder] = shutil.disk_usage(there).free
        if free[folder] < LEAST_FREE:
            raise UserError(f"only {free[folder] / 2**30:.1f} GiB are free for {folder}: make room, 1 GiB at least")
    if os.statvfs(folders[0]).f_flag & os.ST_NOEXEC:
        raise UserError(
            f"{folders[0]} is mounted noexec, and Java runs libraries from there: set TMPDIR to another folder"
        )
    return f"{min(free.values()) / 2**30:,.0f} GiB free or more, for {', '.join(map(str, folders))}"


def _is_cached(package: str) -> bool:
    group, name, version = package.split(":")
    jar = f"{name}-{version}.jar"
    homes = {Path.home(), Path(pwd.getpwuid(os.getuid()).pw_dir)}  # Java's is not always $HOME
    return any(
        (home / ".ivy2.5.2" / "jars" / f"{group}_{jar}").is_file()
        or (home / ".m2" / "repository" / group.replace(".", "/") / name / version / jar).is_file()
        for home in homes
    )


def _request(package: str) -> urllib.request.Request:
    group, name, version = package.split(":")
    url = f"{MAVEN}/{group.replace('.', '/')}/{name}/{version}/{name}-{version}.pom"
    return urllib.request.Request(url, method="HEAD")  # noqa: S310  (a fixed https address)
