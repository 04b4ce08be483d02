"""The options that every command shares: which settings apply."""

import functools
import inspect
import re
from collections.abc import Callable
from typing import Annotated, Any

import typer

from conf.errors import UserError
from conf.load import Resolved, load_settings
from conf.locations import is_s3, normalised, split_s3

_SHARED: dict[str, tuple[Any, Any]] = {
    "config": (
        Annotated[
            str | None,
            typer.Option("--config", metavar="FILE", help="Settings in TOML: a path or an s3:// URI."),
        ],
        None,
    ),
    "assignments": (
        Annotated[
            list[str] | None,
            typer.Option("--set", metavar="KEY=VALUE", help="Any setting; may be repeated."),
        ],
        None,
    ),
    "landing": (Annotated[str | None, typer.Option(help="Where pictures land: a folder or s3://.")], None),
    "lake": (
        Annotated[str | None, typer.Option(help="Root of everything written: a folder or s3://.")],
        None,
    ),
    "weights": (
        Annotated[str | None, typer.Option(help="MobileNetV2 weights: auto, demo, a path or s3://.")],
        None,
    ),
}


def takes_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Replace a command's first parameter, `resolved: Resolved`, by the options that it is made from."""

    @functools.wraps(command)
    def with_options(**given: Any) -> None:
        config, assignments = given.pop("config"), given.pop("assignments")
        flags = {name: given.pop(name) for name in ("landing", "lake", "weights")}
        resolved: Resolved = load_settings(config, flags, assignments or ())
        command(resolved, **given)

    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    shared = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in _SHARED.items()
    ]
    parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own] + shared
    with_options.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    with_options.__annotations__ = {p.name: p.annotation for p in parameters}
    return with_options


def taken(name: str, location: str) -> str:
    """The location that an argument gives, in one spelling: a path, or an `s3://` URI, also written s3a://.

    Raises:
        UserError: it is neither.
    """
    try:
        return normalised(re.sub(r"^s3[an]://", "s3://", location))
    except ValueError as error:
        raise UserError(f"{name} = {location!r} {error}") from None


def taken_file(name: str, location: str) -> str:
    """The same for a file to write: a URI must name an object.

    Raises:
        UserError: it doesn't, or is neither.
    """
    taken_location = taken(name, location)
    if is_s3(taken_location) and (taken_location.endswith("/") or not split_s3(taken_location)[1]):
        raise UserError(f"{name} = {location!r} names no object: write s3://bucket/folder/name")
    return taken_location
