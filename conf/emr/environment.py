"""The Python environment that a cluster's machines unpack: Verger and what it needs, but Spark and TensorFlow."""

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from conf.errors import UserError

#: What EMR has: Python 3.11 in /usr/bin, and glibc 2.34 (Amazon Linux 2023).
PYTHON = (3, 11)
PREFIX = Path("/usr")
GLIBC = (2, 34)
#: Where Spark unpacks the archive, in the working directory of driver and executors; and its Python there.
FOLDER = "environment"
INTERPRETER = f"./{FOLDER}/bin/python"

_SITE = Path("lib") / f"python{PYTHON[0]}.{PYTHON[1]}" / "site-packages"
#: Tests and C headers of others, and Arrow's network protocol: a seventh of what is unpacked.
_NOT_PACKED = ("*/site-packages/*/tests/*", "*/pyarrow/include/*", "*/numpy/_core/include/*", "*/pyarrow/*flight*")
_PIP = ("-m", "pip", "--disable-pip-version-check")


def archive_conf(archive: str) -> dict[str, str]:
    """What spark-submit must be told for executors to run in the environment of `archive`, a path or URI."""
    return {"spark.archives": f"{archive}#{FOLDER}", "spark.executorEnv.PYSPARK_PYTHON": INTERPRETER}


def check_machine() -> None:
    """Raise UserError where what would be packed would not run on EMR."""
    here = (sys.platform, platform.machine(), sys.version_info[:2])
    if here != ("linux", "x86_64", PYTHON):
        raise UserError(
            f"EMR runs Python {PYTHON[0]}.{PYTHON[1]} on Linux x86-64, and this is Python {platform.python_version()} "
            f"on {platform.system()} {platform.machine()}: no environment.tar.gz is made; build the image "
            "of conf/emr/Dockerfile from dist/, or `make clean` and `make PYTHON=python3.11 package` on such a machine."
        )


def install(folder: Path, lock: Path) -> None:
    """Fill the empty `folder` with what `lock` names, with its hashes. Raises UserError if it can't be had."""
    check_machine()
    venv.EnvBuilder(symlinks=True, with_pip=False).create(folder)
    _pip(folder, "--require-hashes", "-r", str(lock))
    check_glibc(folder / _SITE)


def pack(installed: Path, wheel: Path, archive: Path, level: int = 6) -> None:
    """Write `archive` (.tar.gz): what `install` made, and the wheel. `installed` stays as it is. `level`: gzip's."""
    import venv_pack

    with tempfile.TemporaryDirectory(dir=installed.parent) as scratch:
        folder = Path(scratch) / FOLDER
        shutil.copytree(installed, folder, symlinks=True, copy_function=os.link)
        _pip(folder, str(wheel))
        _settle(folder)
        filters = [("exclude", pattern) for pattern in _NOT_PACKED]
        venv_pack.pack(prefix=str(folder), output=str(archive), force=True, filters=filters, compress_level=level)


def _settle(folder: Path) -> None:
    """Make it the environment of EMR's Python. Scripts would name the folder that it was made in."""
    shutil.rmtree(folder / "bin")
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to(PREFIX / "bin" / f"python{PYTHON[0]}.{PYTHON[1]}")
    (folder / "pyvenv.cfg").unlink()
    (folder / "pyvenv.cfg").write_text(f"home = {PREFIX / 'bin'}\ninclude-system-site-packages = false\n", "utf-8")


def _pip(folder: Path, *what: str) -> None:
    command = [sys.executable, *_PIP, "--python", str(folder / "bin" / "python"), "install", "--no-deps", "--quiet"]
    done = subprocess.run(
        [*command, "--only-binary=:all:", *what], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise UserError(f"the environment can't be made: {done.stderr.strip()[-500:]}")


def check_glibc(site: Path) -> None:
    """No wheel may need a newer glibc than EMR has: pip takes what fits this machine."""
    for about in sorted(site.glob("*.dist-info/WHEEL")):
        tags = re.findall(r"^Tag: .*$", about.read_text("utf-8"), re.MULTILINE)
        needed = [tuple(map(int, found)) for found in re.findall(r"manylinux_(\d+)_(\d+)", " ".join(tags))]
        if needed and min(needed) > GLIBC:
            raise UserError(
                f"{about.parent.stem} needs glibc {'.'.join(map(str, min(needed)))}, and EMR has "
                f"{'.'.join(map(str, GLIBC))}: build the image of conf/emr/Dockerfile, or pin a version that fits."
            )
