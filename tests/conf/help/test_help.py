"""The command line helps who typed it wrong, and shows how it is called."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from conf.help.examples import EXAMPLES
from tests.conftest import ROOT
from verger import app

COMMANDS = sorted(str(command.callback.__name__) for command in app.registered_commands if command.callback)


def said(*arguments: str) -> str:
    """What is said of a wrong call, on one line."""
    done = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "400", "TERM": "dumb"})
    assert done.exit_code == 2
    return " ".join(done.output.replace("│", " ").split())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("strem", "Did you mean 'stream'?"),
        ("run", "Did you mean 'stream'?"),
        ("xyz", "The commands are listed by: verger --help"),
        ("stream --landign x", "--landing"),
        ("stream /tmp/x", "Did you mean --landing /tmp/x?"),
        ("status /tmp/lake", "Did you mean --lake /tmp/lake?"),
        ("--landing x stream", "Options come after the command, as in: verger stream --landing ..."),
        ("stream --max-attempts 3", "It is a setting: --set max_attempts=..."),
    ],
)
def test_what_was_meant_is_said(typed: str, meant: str) -> None:
    assert meant in said(*typed.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_each_commands_help_ends_with_an_example_that_it_takes(command: str) -> None:
    done = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
    example = EXAMPLES[command]
    assert done.output.strip().endswith(f"Example: {example}")
    assert example.startswith(f"verger {command} ")
    assert len(example) <= 69  # one line of 80 columns, to be copied
    for flag in (word for word in example.split() if word.startswith("--")):
        assert f" {flag} " in done.output


def test_the_shell_completes_commands_and_options() -> None:
    script = "import sys; sys.argv[0] = 'verger'; from verger import app; app(prog_name='verger')"
    variables = {"_VERGER_COMPLETE": "complete_bash", "COMP_WORDS": "verger stream --dr", "COMP_CWORD": "2"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=variables, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["--drain"]
