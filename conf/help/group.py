"""The command line's own help: an example for each command, and for what was typed wrong the right way."""

from typing import Any

import typer
from typer.core import TyperGroup

from conf.help.examples import EXAMPLES
from conf.settings import Settings

#: What people type who know other programs.
_CALLED = {
    "check": "doctor", "dump": "export", "explain": "show", "fit": "refit", "info": "show", "pca": "refit",
    "run": "stream", "settings": "config", "similar": "show", "start": "stream", "verify": "audit", "watch": "stream",
}  # fmt: skip
#: What each command takes.
_SHARED = ("--config", "--set", "--landing", "--lake", "--weights")
#: Commands that are about a lake, and need no landing.
_OF_A_LAKE = {"dashboard", "export", "refit", "report", "status", "upgrade"}


class HelpfulGroup(TyperGroup):
    """Says what was probably meant, after Typer's own sentence."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, its help ending with an example."""
        command = super().get_command(ctx, cmd_name)
        if command is not None and cmd_name in EXAMPLES:
            command.epilog = f"Example: {EXAMPLES[cmd_name]}"
        return command

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As Typer does it."""
        try:
            return super().parse_args(ctx, args)
        except typer.TyperException as error:
            raise _advised(error, None) from None

    def invoke(self, ctx: Any) -> Any:
        """As Typer does it."""
        try:
            return super().invoke(ctx)
        except typer.TyperException as error:
            raise _advised(error, ctx.invoked_subcommand) from None


def _advised(error: typer.TyperException, command: str | None) -> typer.TyperException:
    """The same error, its sentence with what to type instead."""
    option = getattr(error, "option_name", None)
    if option:
        advice = _about_option(str(option), command)
    elif "unexpected extra argument" in error.message:
        advice = _about_argument(error.message.partition(" (")[2].rstrip(")"), command)
    else:
        advice = _about_command(error.message)
    error.message += advice
    return error


def _about_option(option: str, command: str | None) -> str:
    setting = option.lstrip("-").replace("-", "_")
    if command is None and option in _SHARED:
        return f". Options come after the command, as in: verger stream {option} ..."
    if command is not None and option not in _SHARED and setting in Settings.model_fields:
        return f". It is a setting: --set {setting}=..."
    return ""


def _about_argument(given: str, command: str | None) -> str:
    option = "--lake" if command in _OF_A_LAKE else "--landing"
    return f". Did you mean {option} {given}?"


def _about_command(message: str) -> str:
    if not message.startswith("No such command") or "Did you mean" in message:
        return ""
    typed = message.partition("'")[2].partition("'")[0]
    meant = _CALLED.get(typed.lower())
    return f" Did you mean '{meant}'?" if meant else " The commands are listed by: verger --help"
