"""What is in the lake: tables of this release, the law by counts, and who works on it."""

from conf.errors import UserError
from conf.lake import Lake
from conf.locations import is_s3
from conf.locks import is_at_work
from conf.settings import Settings
from schemas.components import COMPONENTS
from schemas.features import FEATURES
from schemas.ledger import LEDGER
from schemas.moments import MOMENTS
from schemas.projection import PROJECTION
from streaming.status import read_status

TABLES = (FEATURES, LEDGER, COMPONENTS, PROJECTION, MOMENTS)


def tables(settings: Settings) -> str:
    """Each can be opened, has this release's schema version, and `verger status` finds nothing wrong."""
    lake = Lake(settings.lake)
    there = [table.name for table in TABLES if lake.open(table) is not None]
    if not there:
        return "none yet: the first `verger stream` makes them"
    status = read_status(lake)
    if status.problems:
        raise UserError("; ".join(status.problems))
    return f"{', '.join(there)}; {status.versions:,} versions, the law holds by counts"


def workers(settings: Settings) -> str:
    """Who has the lake's locks."""
    lake = Lake(settings.lake)
    found = [f"{job}: {_holder(lake, job)}" for job in ("stream", "refit") if is_at_work(lake, job)]
    return "; ".join(found) or "neither a stream nor a refit works on the lake"


def _holder(lake: Lake, job: str) -> str:
    if not is_s3(lake.root):
        return lake.beside(f"{job}.lock").read_text("utf-8").strip() or "another process"
    from conf.lease_object import LeaseObject

    found = LeaseObject(f"{lake.root}/{job}.lease", timeout_s=5.0).read()
    return "another process" if found is None else f"{found[0].holder} since {found[0].since}"
