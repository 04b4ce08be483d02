"""What still lies in the landing of that which is to be forgotten: it would be announced anew."""

from collections.abc import Iterator

from conf.lake import Lake
from conf.locations import is_s3
from conf.settings import Settings
from schemas.features import FEATURES
from streaming.cleaning.aside import Aside
from streaming.lake import lake_id
from streaming.requests.forgetting import Version
from streaming.requests.request import Forget, matcher
from streaming.stores.names import ASIDE, NamePatterns
from streaming.stores.opening import open_store
from streaming.stores.store import Listed


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
    store = open_store(settings.landing, NamePatterns(settings.name_patterns, settings.hidden_names))
    return (found for found in store.list() if isinstance(found, Listed))


def _set_aside(settings: Settings, seqs: set[int]) -> Iterator[str]:
    features = Lake(settings.lake).open(FEATURES)
    of_lake = lake_id(features) if features else ""
    with Aside.opened(settings.landing, of_lake, make=False) as aside:
        names = aside.names() if aside else {}
    yield from (f"{settings.landing}/{ASIDE}/{name}" for name, seq in names.items() if seq in seqs)
