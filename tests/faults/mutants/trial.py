"""One test, run on a copy of the checkout, which may be broken."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

import psutil

from tests.conftest import ROOT
from tests.faults.mutants.mutant import Mutant

#: What is raised where Python can't make sense of the code, also in a process whose words are told: no test judged it.
_NO_CODE = re.compile(r"^E .*\b((?:SyntaxError|IndentationError|ImportError|ModuleNotFoundError|NameError): .*)", re.M)
#: So long a test may take on the code as it is.
UNBROKEN_S = 900.0
#: So much of what a test said is told.
_MOST = 160


@dataclass(frozen=True)
class Outcome:
    """How a test ended, and the first line of what it said.

    kind: `failed` is an assertion or an exception in the test itself, or no end in time; `error` is a fixture, or
        code that can't be imported, or no test at all.
    """

    kind: Literal["passed", "failed", "skipped", "error"]
    said: str = ""


def limit_s(unbroken_s: float) -> float:
    """How long a test may take on broken code: one that waits longer, for what can't come, has seen it, too."""
    return 120 + 3 * unbroken_s


def tried(test: str, folder: Path, timeout_s: float = UNBROKEN_S, mutant: Mutant | None = None) -> Outcome:
    """Run a test on a copy in `folder`, which is removed afterwards with all that still runs there."""
    checkout, report = copied(folder), folder / "report.xml"
    if mutant:
        path = checkout / mutant.file
        path.write_text(mutant.broken_text(path.read_text("utf-8")), "utf-8")
    command = [
        sys.executable, "-m", "pytest", "-q", "-x", "-m", "", "-p", "no:cacheprovider",
        f"--basetemp={folder / 'tmp'}", f"--junitxml={report}", test,
    ]  # fmt: skip
    pytest = subprocess.Popen(
        command, cwd=checkout, env=os.environ | {"PYTHONPATH": str(checkout)}, text=True, encoding="utf-8",
        errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip
    try:
        printed, _ = pytest.communicate(timeout=timeout_s)
        return judged(report) if report.exists() else Outcome("error", _last_line(printed))
    except subprocess.TimeoutExpired:
        return Outcome("failed", f"not over after {timeout_s:g} s")
    finally:
        end_all(folder)
        pytest.wait()
        for entry in folder.iterdir():
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def judged(report: Path) -> Outcome:
    """The outcome by pytest's report in JUnit's format."""
    cases = ElementTree.parse(report).findall(".//testcase")
    for found in (one for case in cases for one in case if one.tag in {"error", "failure"}):
        if nonsense := _NO_CODE.search(found.text or ""):
            return Outcome("error", nonsense.group(1))
        return Outcome(
            "failed" if found.tag == "failure" else "error", _said(found.get("message", ""), found.text or "")
        )
    if not cases or any(case.find("skipped") is not None for case in cases):
        return Outcome("skipped", "no test ran")
    return Outcome("passed")


def _said(message: str, text: str) -> str:
    """Its first line; where a log was told with the assertion, the assertion and the log's last line."""
    lines = [line.strip() for line in message.splitlines() if line.strip()] or ["no message"]
    failed = [line[1:].strip() for line in text.splitlines() if line.startswith(">")][-1:]
    if lines == ["AssertionError"]:
        lines += failed
    elif len(lines) > 1 and not lines[0].removeprefix("AssertionError: ").startswith("assert "):
        rewritten = [line for line in lines[1:] if line.startswith("assert ")][:1]
        log = lines[: lines.index(rewritten[0])] if rewritten else lines
        lines = [*(rewritten or failed), log[-1]]
    else:
        lines = lines[:1]
    return ": ".join(lines)[:_MOST]


def copied(folder: Path) -> Path:
    """The checkout's files, and what tests look for beside it."""
    checkout = folder / "checkout"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in listed.decode().rstrip("\0").split("\0"):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, checkout / name)
    (folder / "shared").symlink_to(ROOT.parent / "shared")
    return checkout


def end_all(folder: Path) -> None:
    """`kill -9` of what works in this folder: streams have sessions of their own, and outlive the test's."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if folder in Path(process.cwd()).parents:
                process.kill()


def _last_line(printed: str) -> str:
    return next((line for line in reversed(printed.splitlines()) if line.strip()), "no output")
