"""Where settings come from: a TOML file, the environment, assignments, flags: each a layer of raw values."""

import difflib
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_settings import EnvSettingsSource

from conf.documents import read_text
from conf.errors import SettingsError
from conf.settings import Settings

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PREFIX = "VERGER_"
#: Variables that are no settings: they arm the tests' failpoints.
NO_SETTINGS = (f"{PREFIX}FAILPOINT",)


@dataclass(frozen=True)
class Layer:
    """Raw values of some settings, and for the name of one where it was given, for a person; a file's table `[emr]`."""

    origin: Callable[[str], str]
    values: Mapping[str, Any]
    emr: Mapping[str, Any] = field(default_factory=dict)


def from_toml(config: str) -> Layer:
    """The settings in the file or `s3://` object `config`."""
    return from_text(read_text(config), config)


def from_text(text: str, config: str) -> Layer:
    """The settings in the TOML `text`, which is that of `config`."""
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also of numbers too long, and lists too deep, for Python
        why = str(error).partition(";")[0]  # without the fix that is Python's
        raise SettingsError(f"--config {config} is not valid TOML: {why}; correct that place.") from None
    emr = values.pop("emr", {})
    if not isinstance(emr, dict):
        raise SettingsError(f"{config} has a value emr: it is a table, so write [emr] and its settings below.")
    for key in values:
        check_known(key, Settings.model_fields, f"{config} has an unknown setting")
    return Layer(lambda _: config, values, emr)


def from_environment() -> Layer:
    """The settings in variables `VERGER_*`."""
    if f"{PREFIX}CONFIG" in os.environ:
        raise SettingsError(f"{PREFIX}CONFIG is no setting: give the file with --config FILE, and remove the variable.")
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    for variable in sorted(os.environ):
        if variable.upper().startswith(PREFIX) and not variable.upper().startswith(NO_SETTINGS):
            check_known(variable.upper(), known, "the environment has an unknown variable")
    return Layer(lambda name: PREFIX + name.upper(), EnvSettingsSource(Settings)())


def from_assignments(assignments: Iterable[str]) -> Layer:
    """The settings given as `--set KEY=VALUE`; of two for the same key, the last."""
    values: dict[str, str] = {}
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        name = key.strip().lower().replace("-", "_")
        if not equals:
            raise SettingsError(f"--set {key} has no value: write --set KEY=VALUE.")
        check_known(name, Settings.model_fields, "--set names an unknown setting")
        values[name] = value.strip()
    return Layer(lambda name: f"--set {name}", values)


def from_flags(flags: Mapping[str, object]) -> Layer:
    """The settings that a command has flags for; None means that the flag was not given."""
    values = {name: value for name, value in flags.items() if value is not None}
    for name in values:
        check_known(name, Settings.model_fields, "a flag names an unknown setting")
    return Layer(lambda name: f"--{name.replace('_', '-')}", values)


def check_known(name: str, known: Iterable[str], problem: str) -> None:
    """Raise SettingsError unless `name` is known. The value is not shown: it may be a secret."""
    names = list(known)
    if name in names:
        return
    guess = difflib.get_close_matches(name, names, n=1)
    fix = f"did you mean {guess[0]}?" if guess else "remove it; `verger config` lists all that there are."
    raise SettingsError(f"{problem}, {name}: {fix}")
