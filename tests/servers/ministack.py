"""ministack: SQS, SNS, S3 and its event notifications, in a process of its own. It checks no key and no signature.

It pins botocore to one version, which is not ours: it is installed beside the environment, not in it.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.cache import kept, missing
from tests.servers.process import free_port, serving
from tests.servers.server import REGION, Server

REQUIREMENTS = Path(__file__).with_name("ministack.txt")
VERSION = "1.5.33"
INSTALL_S = 300.0


@contextmanager
def ministack(folder: Path) -> Iterator[Server]:
    """A server on a free port, until the end of the block. Its objects are in memory, its log in `folder`."""
    packages, port = installed(), free_port()
    variables = {
        "PYTHONPATH": str(packages),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "SERVICES": "s3,sqs,sns",
        "MINISTACK_REGION": REGION,
        "TMPDIR": str(folder),  # else its list of processes is in /tmp
    }
    with serving([sys.executable, "-m", "ministack"], variables, port, folder):
        yield Server("ministack", f"http://127.0.0.1:{port}")


def installed() -> Path:
    """The folder of its packages, filled by pip the first time; without PyPI the test is skipped."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    try:
        return kept(f"ministack-{VERSION}-python{python}", _install)
    except subprocess.TimeoutExpired:
        missing(f"ministack could not be installed in {INSTALL_S:g} s: is PyPI reachable?")
    except subprocess.CalledProcessError as error:
        missing(f"ministack could not be installed: {error.stderr.strip()[-500:]}")


def _install(folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    subprocess.run(
        [*command, "--target", str(folder), "-r", str(REQUIREMENTS)],
        check=True,
        capture_output=True,
        text=True,
        timeout=INSTALL_S,
    )
