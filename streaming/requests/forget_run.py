"""Does what waits to be forgotten, while nobody else works on the lake."""

from collections.abc import Callable
from itertools import islice

from deltalake.exceptions import DeltaError

from conf.errors import UserError
from conf.lake import Lake, max_seq
from conf.locks import Hold, LockedError, lock_file, lock_lake
from conf.settings import Settings
from schemas.ledger import LEDGER
from streaming.landing.guard import LEDGER_LOCK, WAIT_S
from streaming.requests.box import Box, open_box
from streaming.requests.forgetting import Forgetting
from streaming.requests.request import Forget
from streaming.requests.still_there import elsewhere, same_still_there
from streaming.requests.waiting import look

#: So many names are given of those that are still there.
NAMED = 5


def forget_waiting(settings: Settings, hold: Hold, say: Callable[[str], None]) -> int:
    """Do all requests to forget; `hold` is the stream's. Returns how many announcements were blanked.

    What keeps one from being done is said, and it waits for the next time: a refit that runs, pictures that are still
    in the landing, or of another one, a place that can't be reached. Safe to be killed at any point.
    """
    lake = Lake(settings.lake)
    try:
        box = open_box(lake)
        asked = _asked(lake, box)
        if not asked:
            return 0
        with lock_lake(lake, "refit") as refits, lock_file(lake.beside(LEDGER_LOCK), WAIT_S, "verger forget"):
            forgetting = Forgetting(lake, _both(hold, refits))
            return sum(_forget(settings, forgetting, box, *one, say) for one in asked.items())
    except LockedError as error:
        say(f"what is to be forgotten waits: {error.holder} still writes the ledger")
    except (UserError, OSError, DeltaError) as error:
        say(f"what is to be forgotten waits: {error}")
    return 0


def _asked(lake: Lake, box: Box) -> dict[str, Forget]:
    ledger = lake.open(LEDGER)
    return look(box, max_seq(ledger) if ledger else 0).of(Forget)


def _forget(
    settings: Settings, forgetting: Forgetting, box: Box, request_id: str, asked: Forget, say: Callable[[str], None]
) -> int:
    versions = forgetting.versions(asked)
    if other := elsewhere(settings, versions):
        say(f"{asked} waits: {other}")
        return 0
    there = same_still_there(settings, versions)
    if first := list(islice(there, NAMED)):
        say(f"{asked} waits: {what_is_there(first, sum(1 for _ in there))}")
        return 0
    if versions:
        forgetting.blank(versions)
    forgetting.purge()
    box.remove(request_id)
    say(f"{asked}: {len(versions):,} announcements are blanked, and what they said is removed from both tables")
    return len(versions)


def what_is_there(first: list[str], more: int) -> str:
    """A sentence about pictures that must go first."""
    others = f" and {more:,} more" if more else ""
    return (
        f"still in the landing, from where it would be announced anew: {', '.join(first)}{others}; delete it there "
        "first (--list names all)"
    )


def _both(*holds: Hold) -> Callable[[], None]:
    def check() -> None:
        for hold in holds:
            hold.check()

    return check
