"""Cases 1, 2, 3 and 5: `kill -9` at a named place, of all, of the JVM, of the driver's Python; then one drain."""

from itertools import product

import pytest

from tests.faults.case import Case, struck
from tests.streaming.service import Service

pytestmark = [pytest.mark.spark, pytest.mark.fault]

PLACES = {
    "ledger-appended": (1, "after the ledger's append, before Spark's offset log"),
    "offset-logged": (2, "after the offset log, before any picture is read, in the source"),
    "batch-begun": (2, "after the offset log, before any picture is read, in the driver"),
    "featurizing": (3, "in the middle of featurizing"),
    "batch-written": (4, "after the data files, before the Delta commit"),
    "batch-committed": (5, "after the Delta commit, before anything else"),
}
#: The exit code of the driver: killed itself, or left without its JVM.
VICTIMS = {"group": -9, "driver": -9, "jvm": 1}
#: Where the batch is in the table: what is written, the driver commits without its JVM, too.
COMMITTED = {("batch-written", "jvm"), *product(["batch-committed"], VICTIMS)}
IN_EVERY_RUN = {("ledger-appended", "group"), ("featurizing", "driver"), ("batch-committed", "jvm")}


@pytest.mark.parametrize(
    ("place", "victim"),
    [
        pytest.param(*pair, marks=[] if pair in IN_EVERY_RUN else [pytest.mark.faults])
        for pair in product(PLACES, VICTIMS)
    ],
)
def test_a_crash_at_this_place_loses_and_doubles_nothing(service: Service, case: Case, place: str, victim: str) -> None:
    number, where = PLACES[place]
    case.did(number, f"kill -9 of the {victim} {where}")
    assert struck(service, f"{place}:{victim}") == VICTIMS[victim], service.printed()
    there = service.row_count()
    service.drain()  # at once: what is left of the first one must not harm it
    found = case.audited(service, f"{there} rows at the crash")
    assert (there > 0) == ((place, victim) in COMMITTED)
    assert found.announcements == found.ok == found.objects
    assert "Traceback" not in service.printed()


@pytest.mark.faults
def test_crash_after_crash_goes_on_from_where_the_last_one_was(service: Service, case: Case) -> None:
    case.did(8, "kill -9 of all four times: after a commit, in the middle, before the read, after the second commit")
    service.settings["max_objects_per_batch"] = 40
    for failpoint in ("batch-committed:group", "featurizing:group@2", "offset-logged:group", "batch-committed:group@2"):
        assert struck(service, failpoint) == -9, service.printed()
        service.put(f"late/{failpoint.replace(':', '-')}.jpg", b"no picture")
    service.drain()
    case.audited(service)
