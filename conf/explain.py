"""Turns pydantic's complaint about a setting into one sentence for a person."""

from collections.abc import Mapping

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from conf.errors import SettingsError
from conf.masking import masked
from conf.plain import plain
from conf.settings import Settings

_NUMBER, _WHOLE, _TRUTH = "must be a number", "must be a whole number", "must be true or false"
_MUST = {
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "finite_number": "must be a finite number",
    "int_parsing": _WHOLE,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing_size": "is too large",
    "bool_parsing": _TRUTH,
    "bool_type": _TRUTH,
    "string_type": "must be a text",
    "string_too_short": "must not be empty",
    "tuple_type": "must be a list",
    "too_short": "must not be an empty list",
    "greater_than": "must be greater than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "literal_error": "must be {expected}",
    "value_error": "{error}",
}


def explained(error: ValidationError, origin: Mapping[str, str], model: type[BaseModel] = Settings) -> SettingsError:
    """The first problem in `error` as a sentence; `origin` says where each setting of `model` was given."""
    detail = error.errors(include_url=False)[0]
    what = _what(detail)
    if not detail["loc"]:  # about several settings: their own validator has written the sentence
        return SettingsError(f"{what}.")
    name = str(detail["loc"][0])
    fix = "" if detail["type"] == "value_error" else f": change it, or leave it out for {_default(model, name)}"
    return SettingsError(f"{name} = {_shown(detail)} ({origin[name]}) {what}{fix}.")


def _what(detail: ErrorDetails) -> str:
    template = _MUST.get(detail["type"])
    return template.format(**detail.get("ctx", {})) if template else detail["msg"]


def _shown(detail: ErrorDetails) -> str:
    shown = masked(repr(detail["input"]))
    return shown if len(shown) <= 100 else f"{shown[:100]}..."


def _default(model: type[BaseModel], name: str) -> str:
    return plain(model.model_fields[name].get_default(call_default_factory=True))
