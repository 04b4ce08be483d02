"""From the settings to a sweep."""

from datetime import timedelta

from conf.lake import Lake, LakeError
from conf.locations import as_prefix, split_s3
from conf.settings import Settings
from schemas.features import FEATURES
from streaming.cleaning.folder_cleaning import FolderCleaning
from streaming.cleaning.s3_cleaning import S3Cleaning
from streaming.cleaning.sweep import Sweep
from streaming.cleaning.way import Way
from streaming.lake import lake_id
from streaming.stores.folder import FolderStore
from streaming.stores.opening import open_store
from streaming.stores.s3 import S3Store
from streaming.stores.store import StoreError


def make_sweep(settings: Settings) -> Sweep:
    """The sweep that the settings ask for.

    Raises:
        LakeError: there is no lake.
        StoreError: the landing is of a kind that can't be cleaned this way.
    """
    lake = Lake(settings.lake)
    task = f"{settings.clean_source} {settings.landing}"
    if settings.clean_source == "move":
        task += f" to {settings.clean_to}"
    return Sweep(lake, _way(settings, _id_of(lake)), task, timedelta(hours=settings.clean_after_h))


def _way(settings: Settings, of_lake: str) -> Way:
    store, mode = open_store(settings.landing), settings.clean_source
    archive = settings.clean_to if mode == "move" else ""
    if isinstance(store, S3Store) and mode != "off":
        after = timedelta(hours=settings.clean_after_h)
        place = split_s3(as_prefix(archive)) if archive else ("", "")
        return S3Cleaning(store, mode, after, of_lake, place)
    if isinstance(store, FolderStore) and mode in ("delete", "move"):
        return FolderCleaning(store, of_lake, archive)
    raise StoreError(f"clean_source = {mode} can't be done in {settings.landing}")


def _id_of(lake: Lake) -> str:
    features = lake.open(FEATURES)
    if features is None:
        raise LakeError(f"there is no lake at {lake.root} yet: run `verger stream`")
    return lake_id(features)
