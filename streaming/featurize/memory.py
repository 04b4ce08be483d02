"""Memory that pictures needed goes back to the system: Spark's workers live as long as the stream."""

import ctypes

_BLOCK = 1 << 20
# glibc's malloc.h. Set like this, blocks of 1 MiB or more are given back when they are freed, and the threads
# that read ahead share one heap. By default each keeps what the largest pictures once took: 40 MB a worker.
_SETTINGS = ((-3, _BLOCK), (-1, _BLOCK), (-8, 1))  # M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, M_ARENA_MAX


def give_memory_back() -> None:
    """Tunes this process's allocator; does nothing where it is not glibc's."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for name, value in _SETTINGS:
            mallopt(name, value)
