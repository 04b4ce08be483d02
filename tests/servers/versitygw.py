"""versitygw: an S3 server over a folder that checks keys and signatures.

Unlike S3, a conditional put isn't atomic in 1.7.0: of eight at once two or three may succeed (seen in one race of
five). A key is a path: `//`, `/./` and `/../` are collapsed, and `a` can't be beside `a/b`.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.cache import kept, missing
from tests.servers.process import free_port, serving
from tests.servers.server import ACCESS_KEY, REGION, SECRET_KEY, Server

VERSION = "1.7.0"
PACKAGE = f"github.com/versity/versitygw/cmd/versitygw@v{VERSION}"
BUILD_S = 540.0


@contextmanager
def versitygw(folder: Path) -> Iterator[Server]:
    """A server that keeps its objects in `folder`, on a free port, until the end of the block."""
    program = binary()
    data, port = folder / "data", free_port()
    data.mkdir()
    command = [str(program), "--port", f"127.0.0.1:{port}", "--region", REGION, "--quiet", "posix", str(data)]
    variables = {"ROOT_ACCESS_KEY": ACCESS_KEY, "ROOT_SECRET_KEY": SECRET_KEY}
    with serving(command, variables, port, folder):
        yield Server("versitygw", f"http://127.0.0.1:{port}")


def binary() -> Path:
    """The program, built by `go install` the first time (90 s); without Go or its module proxy the test is skipped."""
    try:
        return kept(f"versitygw-{VERSION}", _build) / "versitygw"
    except FileNotFoundError:
        missing("versitygw needs Go to be built: install Go 1.21 or later (https://go.dev/dl)")
    except subprocess.TimeoutExpired:
        missing(f"versitygw could not be built in {BUILD_S:g} s: is Go's module proxy reachable?")
    except subprocess.CalledProcessError as error:
        missing(f"versitygw could not be built: {error.stderr.strip()[-500:]}")


def _build(folder: Path) -> None:
    go = shutil.which("go") or "/usr/local/go/bin/go"
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "VERGER_"))}
    subprocess.run(
        [go, "install", "-trimpath", PACKAGE],
        env=variables | {"GOBIN": str(folder), "GOFLAGS": ""},
        check=True,
        capture_output=True,
        text=True,
        timeout=BUILD_S,
    )
