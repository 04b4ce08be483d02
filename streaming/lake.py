"""The stream's two tables: made once, and checked against each other at every start."""

import uuid

from deltalake import DeltaTable

from conf.lake import LAKE_ID, Lake, LakeError, max_seq
from schemas.features import FEATURES
from schemas.ledger import LEDGER


def prepare(lake: Lake) -> str:
    """Make what is missing of a lake's `features` and `ledger`, check that they belong together, return its id.

    `features` comes first, with the lake's id: before anything is announced, the table that must answer for
    it exists. Safe to run again after a crash at any point.

    Raises:
        LakeError: the tables contradict each other (nothing has been written then).
    """
    features, ledger = lake.open(FEATURES), lake.open(LEDGER)
    if features is None and ledger is not None:
        raise LakeError(
            f"{lake.root} has a ledger but no features table: restore tables/features from a backup, or "
            f"move {lake.root} away to begin anew"
        )
    if features is None:
        features = lake.create(FEATURES, {LAKE_ID: str(uuid.uuid4())})
    if ledger is None and max_seq(features) > 0:
        raise LakeError(
            f"{lake.root} has features but no ledger: restore tables/ledger from a backup, or move "
            f"{lake.root} away to begin anew"
        )
    if ledger is None:
        ledger = lake.create(LEDGER, {LAKE_ID: lake_id(features)})
    _check_belong_together(lake, features, ledger)
    return lake_id(features)


def lake_id(table: DeltaTable) -> str:
    """The id of the lake that the table belongs to; empty for a table that is not ours."""
    return str(table.metadata().configuration.get(LAKE_ID, ""))


def _check_belong_together(lake: Lake, features: DeltaTable, ledger: DeltaTable) -> None:
    if not lake_id(features) or lake_id(features) != lake_id(ledger):
        raise LakeError(
            f"tables/features and tables/ledger in {lake.root} are of two different lakes: "
            "restore both from the same backup"
        )
    done, announced = max_seq(features), max_seq(ledger)
    if announced < done:
        raise LakeError(
            f"the ledger in {lake.root} ends at {announced}, but features go on to {done}: the ledger is older "
            "than the table; restore both from the same backup"
        )
