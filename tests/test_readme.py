"""The README is true: its tables are the code's, its commands exist and do what it says."""

import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.readme import README, with_tables

TEXT = README.read_text("utf-8")
DOCUMENTS = [TEXT, *(page.read_text("utf-8") for page in (ROOT / "conf" / "emr").glob("*.md"))]
COMMANDS = sorted(
    {
        line.split("#")[0].strip()
        for text in DOCUMENTS
        for line in map(str.strip, text.splitlines())
        if line.startswith((".venv/bin/", "make "))
    }
)


def test_its_tables_are_those_of_the_code() -> None:
    assert with_tables(TEXT) == TEXT, "run `python -m tests.readme`"


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_exist_with_their_flags(command: str) -> None:
    program, *words = command.split()
    if program == "make":
        assert re.search(rf"^{words[0]}:.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
        return
    out = subprocess.run(
        [sys.executable, "-m", "verger", words[0], "--help"], capture_output=True, text=True, check=True,
        env={"COLUMNS": "200", "TERM": "dumb"}, cwd=ROOT,
    ).stdout  # fmt: skip
    for flag in (word for word in words if word.startswith("--")):
        assert flag in out


def test_every_command_is_in_it() -> None:
    from verger import app

    for command in app.registered_commands:
        assert command.callback
        assert f"verger {command.callback.__name__}" in TEXT or f"make {command.callback.__name__}" in TEXT
        assert command.callback.__doc__
