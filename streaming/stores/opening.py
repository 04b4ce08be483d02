"""From the landing's address to the store behind it."""

from conf.locations import as_prefix, is_s3, normalised, split_s3
from streaming.stores.folder import FolderStore
from streaming.stores.names import NamePatterns
from streaming.stores.s3 import S3Store
from streaming.stores.store import Store, StoreError


def open_store(landing: str, names: NamePatterns | None = None) -> Store:
    """The store for a folder, a `file://` URI or `s3://bucket/prefix/`. Asks neither disk nor network.

    Raises StoreError for an address that is neither.
    """
    try:
        location = normalised(landing)
    except ValueError as e:
        raise StoreError(f"landing {landing!r} {e}") from e
    patterns = names or NamePatterns()
    if is_s3(location):
        return S3Store(*split_s3(as_prefix(location)), patterns)
    return FolderStore(location, patterns)
