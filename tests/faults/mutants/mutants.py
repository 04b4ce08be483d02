"""What is broken on purpose, for each case, and the test that must see it. Each one was seen failing."""

from tests.faults.mutants.driver_and_workers import DRIVER_AND_WORKERS
from tests.faults.mutants.objects_and_events import OBJECTS_AND_EVENTS
from tests.faults.mutants.state_and_refit import STATE_AND_REFIT

MUTANTS = (*DRIVER_AND_WORKERS, *OBJECTS_AND_EVENTS, *STATE_AND_REFIT)
