"""Seconds that really passed on this machine."""

import time

# CLOCK_MONOTONIC goes on while a process is stopped, but on Linux not while the machine sleeps or its virtual
# machine is suspended, when others go on. Elsewhere (macOS) it counts those, and there is no CLOCK_BOOTTIME.
_CLOCK: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def boot_s() -> float:
    """Seconds since some moment, asleep ones included; nobody can set it. Not to be compared between machines."""
    return time.clock_gettime(_CLOCK)
