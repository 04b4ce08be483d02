"""What is broken on purpose, for each case, and the test that must see it."""

from tests.faults.mutants.driver_and_workers import DRIVER_AND_WORKERS
from tests.faults.mutants.objects_and_events import OBJECTS_AND_EVENTS
from tests.faults.mutants.state_and_refit import STATE_AND_REFIT

#: Cases whose mutant has not yet been seen to the end: its test passing as the code is, then failing on the broken one.
UNPROVEN = frozenset({8, 9, 12, 29, 32, 33, 38})

_ALL = (*DRIVER_AND_WORKERS, *OBJECTS_AND_EVENTS, *STATE_AND_REFIT)
#: Those that were seen.
MUTANTS = tuple(mutant for mutant in _ALL if mutant.case not in UNPROVEN)
#: Those that are run when they are asked for by their case.
CANDIDATES = tuple(mutant for mutant in _ALL if mutant.case in UNPROVEN)
