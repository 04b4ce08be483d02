"""Table `ledger`: every announcement ever made, in order."""

from typing import Literal

from schemas.table import Column, Table

Reason = Literal["new", "retry", "replay"]
DiscoveredBy = Literal["list", "event", "reconcile", "request"]

LEDGER = Table(
    name="ledger",
    version=1,
    comment="Every announcement of an object version, counted up by seq without gaps. Append-only.",
    columns=(
        Column("seq", "long", "the announcement: 1, 2, 3, ... without gaps", indexed=True),
        Column("version", "long", "the object version: seq of its first announcement", indexed=True),
        Column("supersedes", "long", "version of the same path that came before; null for its first", True),
        Column("attempt", "int", "1, 2, ... of this version", indexed=True),
        Column("reason", "string", "new, retry (after deferred) or replay (asked for, or there again after gone)"),
        Column("path", "string", "full URI, the key as it is"),
        Column("etag", "string", "names the content at one time"),
        Column("size", "long", "bytes"),
        Column("modified", "timestamp", "last modification, as the store says"),
        Column("announced_at", "timestamp", "when the announcement was made, UTC"),
        Column("discovered_by", "string", "list, event, reconcile or request"),
    ),
    # An append a second leaves 3,600 files and log entries an hour. A reader takes seconds.
    keep="interval 1 hours",
)
