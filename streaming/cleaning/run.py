"""`verger clean`: one pass over the landing, without Spark, while no stream works on the lake."""

from rich.console import Console

from conf.errors import FailedError, SettingsError
from conf.lake import Lake
from conf.locks import lock_lake
from conf.places import check_places
from conf.settings import Settings
from streaming.cleaning.cleaner import told
from streaming.cleaning.making import make_sweep
from streaming.cleaning.progress import Progress
from streaming.cleaning.sweep import CleaningError


def run_clean(settings: Settings, console: Console) -> None:
    """Move, delete or tag all that is due, and say how much it was. Safe to kill at any point, and to run again.

    Raises:
        UserError: it is off, there is no lake, or a stream works on it (which cleans by itself).
        CleaningError: it could not go on, or some pictures can't be cleaned yet.
    """
    if settings.clean_source == "off":
        raise SettingsError("clean_source is off: set it to delete, to tag, or to move with clean_to.")
    check_places(settings)
    lake = Lake(settings.lake)
    before = Progress.read(lake)
    sweep = make_sweep(settings)
    with lock_lake(lake, "stream") as hold:
        sweep.check = hold.check
        try:
            sweep.once()
        except (FailedError, OSError) as error:
            told(lake, str(error))
            raise CleaningError(str(error)) from error
    now = Progress.read(lake)
    cleaned = now.cleaned - (before.cleaned if before.task == now.task else 0)
    done = {"delete": "deleted", "move": "moved", "tag": "tagged"}[settings.clean_source]
    console.print(f"{cleaned:,} pictures {done}", highlight=False)
    if now.problem:
        raise CleaningError(now.problem)
