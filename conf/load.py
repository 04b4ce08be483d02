"""Resolves the settings: defaults < TOML < environment < `--set` < flags, and where each value is from."""

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from conf.explain import explained
from conf.settings import Settings
from conf.sources import Layer, from_assignments, from_environment, from_flags, from_toml


@dataclass(frozen=True)
class Resolved:
    """The settings, and for each field "default", the file's name, `VERGER_X`, `--set x` or `--flag`.

    `config` is the file, `emr` its table `[emr]` as it is there: `conf.emr.settings` says what it means.
    """

    settings: Settings
    origin: dict[str, str]
    config: str = ""
    emr: Mapping[str, Any] = field(default_factory=dict)


def load_settings(
    config: str | None = None,
    flags: Mapping[str, object] | None = None,
    assignments: Sequence[str] = (),
) -> Resolved:
    """Settings from the TOML at `config`, `VERGER_*`, `KEY=VALUE` assignments and flags (None: not given).

    Raises SettingsError: one sentence, about the first problem found.
    """
    layers = [from_flags(flags or {}), from_assignments(assignments), from_environment()]
    layers += [from_toml(config)] if config is not None else []
    return resolved(layers, config or "")


def resolved(layers: list[Layer], config: str = "") -> Resolved:
    """What `layers` say, the first that names a setting wins. Raises SettingsError as `load_settings` does."""
    origin = {name: _origin(name, layers) for name in Settings.model_fields}
    try:
        settings = Settings(**ChainMap(*(dict(layer.values) for layer in layers)))
    except ValidationError as error:
        raise explained(error, origin) from None
    return Resolved(settings, origin, config, next((layer.emr for layer in layers if layer.emr), {}))


def _origin(name: str, layers: list[Layer]) -> str:
    return next((layer.origin(name) for layer in layers if name in layer.values), "default")
