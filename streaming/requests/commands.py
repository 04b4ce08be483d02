"""`verger replay` and `verger forget`."""

from collections.abc import Iterator
from datetime import datetime, timezone
from itertools import islice
from typing import Any

from pydantic import ValidationError
from rich.console import Console

from conf.errors import FailedError, UserError
from conf.lake import Lake, max_seq
from conf.locks import is_at_work, lock_lake
from conf.settings import Settings
from schemas.features import FEATURES
from streaming.landing.ledger import Ledger
from streaming.requests.box import drop, open_box
from streaming.requests.forget_run import NAMED, forget_waiting, what_is_there
from streaming.requests.forgetting import Forgetting
from streaming.requests.matching import matching
from streaming.requests.request import Forget, Replay, Request
from streaming.requests.still_there import elsewhere, still_there

LEFT = (
    "the refit's tables get rid of it by `verger refit --full`, run now or tonight; its old reports, backups, an "
    "archive of cleaned pictures, versions kept by a bucket, and logs are yours to look after"
)


class NothingAskedError(UserError):
    """The command's options name nothing that can be done."""


def run_replay(settings: Settings, console: Console, asked: dict[str, Any], *, dry_run: bool) -> None:
    """Count what fits, and ask the stream to announce it again. `asked`: the fields of Replay; times are UTC.

    Raises:
        UserError: the options make no request, there is no lake, or it can't be written.
    """
    lake = Lake(settings.lake)
    features, ledger = lake.open(FEATURES), Ledger(lake)
    try:
        replay = Replay(
            upto=max_seq(features) if features else 0, **{name: _utc(value) for name, value in asked.items()}
        )
    except ValidationError as error:
        raise NothingAskedError(_sentence(error)) from None
    count = len(matching(lake, ledger, replay))
    _say(console, f"{count:,} pictures fit: {replay}")
    if dry_run or not count:
        return
    request_id = _drop(lake, replay)
    if is_at_work(lake, "stream"):
        _say(console, f"asked for as {request_id}; the stream announces them again, beside new pictures")
    else:
        _say(console, f"asked for as {request_id}; no stream is running: they wait for the next `verger stream`")


def run_forget(settings: Settings, console: Console, path: str, *, only_list: bool) -> None:
    """Blank all that is known of the pictures with such a path; beside a stream, at its next start.

    With `only_list`, print which of them are still in the landing, and do nothing.

    Raises:
        UserError: there is no lake, it can't be written, or such pictures lie in another landing, or still in this one.
        FailedError: it waits, for what was said.
    """
    lake = Lake(settings.lake)
    asked = _forget(Ledger(lake).head, path)
    versions = Forgetting(lake, lambda: None).versions(asked)
    if other := elsewhere(settings, versions):
        raise UserError(other)
    there = still_there(settings, asked)
    if only_list:
        _print_all(console, there)
        return
    if first := list(islice(there, NAMED)):
        raise UserError(what_is_there(first, sum(1 for _ in there)))
    _say(console, f"{len(versions):,} announcements fit: {asked}")
    if not versions:
        return
    request_id = _drop(lake, asked)
    if is_at_work(lake, "stream"):
        _say(console, f"asked for as {request_id}; a stream is running, and does it at its next start: restart it soon")
    else:
        with lock_lake(lake, "stream") as hold:
            if not forget_waiting(settings, hold, lambda sentence: _say(console, sentence)):
                raise FailedError("nothing is forgotten yet: the next `verger stream` or `verger forget` tries again")
    _say(console, LEFT)


def _forget(head: int, path: str) -> Forget:
    try:
        return Forget(upto=head, path=path)
    except ValidationError as error:
        raise NothingAskedError(_sentence(error)) from None


def _drop(lake: Lake, request: Request) -> str:
    try:
        return drop(open_box(lake), request)
    except OSError as error:
        raise UserError(f"the request can't be written into {lake.root}: {error}") from error


def _utc(value: object) -> object:
    return value.replace(tzinfo=timezone.utc) if isinstance(value, datetime) and value.tzinfo is None else value


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = f"--{first['loc'][0]} = {first['input']!r}: " if first["loc"] else ""
    return where + first["msg"].removeprefix("Value error, ").replace("or everything", "or --all")


def _print_all(console: Console, paths: Iterator[str]) -> None:
    for path in paths:
        console.file.write(path + "\n")


def _say(console: Console, sentence: str) -> None:
    console.print(sentence, markup=False, highlight=False, soft_wrap=True)
