"""What still lies in the landing of that which is to be forgotten: it would be announced anew."""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from conf.lake import Lake
from conf.locations import is_s3
from conf.settings import Settings
from schemas.features import FEATURES
from streaming.cleaning.aside import Aside
from streaming.lake import lake_id
from streaming.requests.forgetting import Version
from streaming.requests.request import Forget, matcher
from streaming.stores.folder import URI
from streaming.stores.names import ASIDE, NamePatterns
from streaming.stores.opening import open_store
from streaming.stores.s3_errors import AnswerError
from streaming.stores.store import Listed, StoreError

#: Every name but the empty one, which S3's folders have: it is about paths, not about what is taken.
_ANY_NAME = NamePatterns(("?*",), hidden=True)


def elsewhere(settings: Settings, versions: Iterable[Version]) -> str | None:
    """A sentence if one of them is not of this landing: whether it is still where it lay is not seen here."""
    landing = settings.landing if is_s3(settings.landing) else f"{URI}{settings.landing.rstrip('/')}/"
    other = next((version.path for version in versions if not version.path.startswith(landing)), None)
    return other and (
        f"{other} is not in landing = {settings.landing!r}: run `verger forget` with --landing where it lay, and with "
        "a --path of that landing alone"
    )


def still_there(settings: Settings, asked: Forget) -> Iterator[str]:
    """The paths in the landing that fit, whether they have been announced or not. Raises StoreError."""
    fits = matcher(asked.path)
    yield from (found.path for found in _listed(settings) if fits(found.path))


def same_still_there(settings: Settings, versions: list[Version]) -> Iterator[str]:
    """The paths that hold just what is to be forgotten; what has come since is not meant. Raises StoreError.

    Of a folder also the files that a killed cleaning had set aside, by the names that they have there.
    """
    known = {(version.path, version.etag) for version in versions}
    yield from (found.path for found in _listed(settings) if (found.path, found.etag) in known)
    if not is_s3(settings.landing):
        yield from _set_aside(settings, {version.seq for version in versions})


def _listed(settings: Settings) -> Iterator[Listed]:
    """A landing that is gone, as one that has moved for good, holds nothing."""
    try:
        for found in open_store(settings.landing, _ANY_NAME).list():
            if isinstance(found, Listed):
                yield found
    except StoreError as error:
        if not _is_gone(error.__cause__):
            raise


def _is_gone(why: BaseException | None) -> bool:
    return isinstance(why, FileNotFoundError) or (isinstance(why, AnswerError) and why.reason == "NoSuchBucket")


def _set_aside(settings: Settings, seqs: set[int]) -> Iterator[str]:
    features = Lake(settings.lake).open(FEATURES)
    of_lake = lake_id(features) if features else ""
    names: dict[str, int] = {}
    with suppress(FileNotFoundError), Aside.opened(settings.landing, of_lake, make=False) as aside:
        names = aside.names() if aside else {}
    yield from (f"{settings.landing}/{ASIDE}/{name}" for name, seq in names.items() if seq in seqs)
