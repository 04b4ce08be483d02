"""What it was measured on, and with."""

import os
import platform
import sys
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from conf.cores import usable_cores

PACKAGES = (
    "pyspark",
    "deltalake",
    "tensorflow-cpu",
    "tensorflow",
    "keras",
    "ai-edge-litert",
    "pillow",
    "simplejpeg",
    "numpy",
    "pyarrow",
)


def machine() -> dict[str, str]:
    """Names and values, in the order to print them."""
    versions = {name: found for name in PACKAGES if (found := _version(name))}
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "CPU": f"{_cpu()}, {usable_cores()} cores",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": platform.platform(),
        "load when it began": f"{os.getloadavg()[0]:.2f}",
        "Python": sys.version.split()[0],
        **versions,
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
