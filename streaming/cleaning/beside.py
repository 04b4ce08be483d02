"""Cleaning beside a stream, or cleaning up after it was turned off."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from conf.lake import Lake
from conf.locations import is_s3
from conf.settings import Settings
from streaming.cleaning.cleaner import PER_S, Cleaner
from streaming.cleaning.finished import Finished
from streaming.cleaning.folder_cleaning import FolderCleaning
from streaming.cleaning.making import make_sweep
from streaming.stores.folder import FolderStore

log = logging.getLogger(__name__)


@contextmanager
def cleaned_beside(settings: Settings, check: Callable[[], None]) -> Iterator[None]:
    """Clean while this lasts, if the settings say so; `check` raises where the lake may be another's by now.

    If they don't, the files that a killed run had set aside are put back first.
    """
    if settings.clean_source == "off":
        _put_back(settings)
        yield
        return
    sweep = make_sweep(settings)
    sweep.check, sweep.per_s = check, PER_S
    cleaner = Cleaner(sweep)
    cleaner.start()
    try:
        yield
    finally:
        cleaner.stop()


def _put_back(settings: Settings) -> None:
    """Trouble with it is logged: the stream doesn't need these files, their rows are there."""
    if is_s3(settings.landing):
        return
    try:
        finished = Finished(Lake(settings.lake))
        way = FolderCleaning(FolderStore(settings.landing), finished.lake_id, wait_s=0.0)
        rows = [replace(row, clean=False) for row in finished.these(way.begun())]
        for outcome in way.clean(rows):
            if outcome.why:
                log.warning("a picture that was being cleaned can't be put back: %s", outcome.why)
    except Exception:
        log.exception("the pictures that were being cleaned can't be put back")
