"""How likely what is, and how long it lasts."""

from typing import NamedTuple

import numpy as np

PLACES = (
    "ledger-appended", "offset-logged", "batch-begun", "featurizing", "batch-written", "batch-committed",
    "ledger-merged", "ledger-checkpointed", "features-merged", "features-checkpointed",
)  # fmt: skip
#: How likely in a second of a life: a pause, a refit, a replay.
PAUSE, REFIT, REPLAY = 0.01, 0.004, 0.006
#: Shares of all lives, and seconds: from its start; from its first batch, the last ones long enough to be warm.
LIVES = ((True, 0.5, 25, 0.2), (False, 0, 15, 0.35), (False, 15, 90, 0.35), (False, 240, 480, 0.1))


class Life(NamedTuple):
    """`seconds`: from its start, or else from its first batch. `armed`: a failpoint, or empty."""

    from_start: bool
    seconds: float
    armed: str


def life(random: np.random.Generator) -> Life:
    """The next one."""
    from_start, least, most, _ = LIVES[int(random.choice(len(LIVES), p=[life[-1] for life in LIVES]))]
    victim, times = random.choice(["group", "jvm", "driver"]), random.integers(1, 4)
    place = f"{random.choice(PLACES)}:{victim}@{times}"
    return Life(from_start, float(random.uniform(least, most)), place if random.random() < 0.15 else "")
