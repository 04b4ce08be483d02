"""Which picture is meant: by its whole URI, its place in the landing, or the end of its path."""

import difflib
import os
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pds

from conf.errors import UserError
from conf.settings import Settings
from streaming.landing.ledger import Ledger
from streaming.reading.spelling import below, spellings, uri

#: Names that are compared letter by letter with one that is not known: some 50 ms.
MAX_COMPARED = 20_000
SHOWN = 3


def find(ledger: Ledger, settings: Settings, asked: str) -> str:
    """The path, as the tables have it, of the one picture that is meant by `asked`.

    Raises:
        UserError: no such picture was ever announced, or several; the sentence names some.
    """
    candidates = _candidates(settings, asked)
    known = _known(ledger, pds.field("path").isin(pa.array(candidates)))
    if known:
        return next(path for path in candidates if path in known)
    ending = f"/{asked.strip('/')}"
    if len(ends_so := _ending(ledger, ending)) == 1:
        return ends_so[0]
    if ends_so:
        raise UserError(f"{len(ends_so):,} pictures end with {ending}: name one whole, such as {_named(ends_so)}")
    close = _closest(ledger, asked)
    hint = f"the closest known: {_named(close)}" if close else "no picture is known yet: run `verger stream`"
    raise UserError(f"no picture {asked} was ever announced in {settings.lake}; {hint}")


def _candidates(settings: Settings, asked: str) -> list[str]:
    places = [asked] if uri(asked) else [below(settings.landing, asked), os.path.abspath(asked)]
    return [spelling for place in places for spelling in spellings(place)]


def _known(ledger: Ledger, where: pds.Expression) -> set[str]:
    return {path for batch in ledger.batches(["path"], where) for path in batch["path"].to_pylist()}


def _ending(ledger: Ledger, ending: str) -> list[str]:
    found: set[str] = set()
    for batch in ledger.batches(["path"]):
        found.update(batch["path"].filter(pc.ends_with(batch["path"], ending)).to_pylist())
    return sorted(found)


def _closest(ledger: Ledger, asked: str) -> list[str]:
    """Those whose last two parts look most like those asked for, among the latest MAX_COMPARED pictures."""
    wanted = _end(asked)
    least = ledger.head - MAX_COMPARED
    by_end = {_end(path): path for path in sorted(_known(ledger, pds.field("seq") > least))}
    close = difflib.get_close_matches(wanted, list(by_end), n=SHOWN, cutoff=0.3)
    return [by_end[end] for end in close] or list(by_end.values())[:SHOWN]


def _end(path: str) -> str:
    return "/".join(path.rsplit("/", 2)[-2:])


def _named(paths: Sequence[str]) -> str:
    return ", ".join(paths[:SHOWN])
