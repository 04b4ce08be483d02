"""`dist`, as `make package` makes it; what the lock file installs is kept from one session to the next."""

import hashlib
from pathlib import Path

from conf.emr import environment
from conf.emr.package import ARCHIVE, LOCK, WHEEL, without_archive
from tests.servers.cache import kept


def packed(dist: Path) -> Path:
    """Fill `dist`: all is fresh but the packages of others."""
    for _ in without_archive(dist):
        pass
    digest = hashlib.sha256((dist / LOCK).read_bytes()).hexdigest()[:16]
    installed = kept(f"environment-{digest}", lambda folder: environment.install(folder, dist / LOCK))
    environment.pack(installed, next(dist.glob(WHEEL)), dist / ARCHIVE, level=1)
    return dist
