"""Requests held against botocore's own models: members, types, lengths, and the patterns, which botocore leaves out."""

import functools
import re
from typing import Any

import botocore.session
from botocore.model import Shape
from botocore.validate import ParamValidator


def problems(service: str, operation: str, request: dict[str, Any]) -> list[str]:
    """What is wrong with a request; empty: nothing."""
    shape = _model(service).operation_model(operation).input_shape
    report = ParamValidator().validate(request, shape)
    return [report.generate_report()] if report.has_errors() else _misspelled(shape, request)


@functools.cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def _misspelled(shape: Shape, value: Any) -> list[str]:
    if shape.type_name == "structure":
        return [text for name, item in value.items() for text in _misspelled(shape.members[name], item)]
    if shape.type_name == "list":
        return [text for item in value for text in _misspelled(shape.member, item)]
    if shape.type_name == "map":
        both = [(shape.key, key) for key in value] + [(shape.value, item) for item in value.values()]
        return [text for of, item in both for text in _misspelled(of, item)]
    pattern = _pattern(shape.metadata.get("pattern", "")) if shape.type_name == "string" else None
    return [f"{value!r} does not match {pattern.pattern}"] if pattern and not pattern.fullmatch(value) else []


def _pattern(text: str) -> re.Pattern[str] | None:
    """None where there is none, or one that is written for Java."""
    try:
        return re.compile(text) if text else None
    except re.error:
        return None
