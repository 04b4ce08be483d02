"""The settings file of a release: what was set and what the stack has made, in one file for jobs and people."""

import json
from collections.abc import Mapping
from typing import Any

from conf.emr.jobs import release_uri
from conf.emr.releases import MODEL
from conf.emr.stack import Outputs
from conf.errors import SettingsError
from conf.load import Resolved
from conf.locations import is_s3

#: Settings whose values the stack makes.
_OF_STACK = ("landing", "lake", "queue")


def check_deployable(resolved: Resolved, *, model: bool) -> None:
    """Raise SettingsError for settings that can't be a deployment's. `model`: the package has converted weights."""
    for name in _OF_STACK:
        if resolved.origin[name] != "default":
            raise SettingsError(
                f"{name} = {getattr(resolved.settings, name)!r} ({resolved.origin[name]}) is what the stack makes: "
                f"leave it out for `verger deploy`."
            )
    weights = resolved.settings.weights
    if not is_s3(weights) and not (model and weights in {"auto", "demo"}):
        fix = f"`make package` converts them to {MODEL}" if not model else "leave it out"
        raise SettingsError(f"weights = {weights!r} are not there on EMR: {fix}, or set weights to an s3:// URI.")
    listed = resolved.origin["discover"] != "default" and resolved.settings.discover == "list"
    if not listed and resolved.emr.get("parameters", {}).get("Network") == "none":
        raise SettingsError("Network = none has no way to SQS: set discover to list, or leave Network out.")


def release_settings(resolved: Resolved, outputs: Outputs, version: str) -> str:
    """The text of the file: TOML, only what differs from the defaults, with the table `[emr]` as it was given."""
    values = {name: getattr(resolved.settings, name) for name, origin in resolved.origin.items() if origin != "default"}
    values |= {"landing": f"s3://{outputs.landing_bucket}/", "lake": outputs.lake, "queue": outputs.queue_url}
    values.setdefault("discover", "events")  # a network without a way to SQS needs list
    if not is_s3(resolved.settings.weights):
        values["weights"] = f"{release_uri(outputs, version)}/{MODEL}"
    emr = dict(resolved.emr)
    parameters = emr.pop("parameters", {})
    return _toml({"": values, "[emr]\n": emr, "[emr.parameters]\n": parameters})


def _toml(tables: Mapping[str, Mapping[str, Any]]) -> str:
    """Plain values and lists are written in TOML as in JSON."""
    return "\n".join(
        head + "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items())
        for head, values in tables.items()
        if values
    )
