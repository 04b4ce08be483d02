"""Rounds of start, feed and `kill -9`, of a random victim after a random time."""

import time
from pathlib import Path

import numpy as np

from tests.streaming.service import Service, kill_driver, kill_group, kill_jvm, wait_for_jvm

VICTIMS = (kill_group, kill_jvm, kill_driver)


def kill_at_random(service: Service, fruits: Path, rounds: int, seed: int) -> None:
    """Some names come again with other content. The next stream starts at once, whatever is left of the last one."""
    pictures = sorted((fruits / "images").glob("*/*.jpg"))
    random = np.random.default_rng(seed)
    for round_ in range(rounds):
        for picture in random.choice(len(pictures), 60, replace=False):
            data = pictures[picture].read_bytes()
            service.put(f"{pictures[picture].parent.name}/{random.integers(400)}.jpg", data)
        before = service.row_count()
        stream = service.start()
        if round_ % 2:  # in the middle of the work, not of the start
            service.wait_for_rows(before + 1)
        time.sleep(float(random.uniform(0.5, 12) if round_ % 2 == 0 else random.uniform(0, 4)))
        kill = VICTIMS[round_ % 3]
        if kill is kill_jvm:
            wait_for_jvm(stream)
        kill(stream)
        if kill is kill_jvm:
            assert stream.wait(60) in (1, 2), service.printed()  # 2: it had not started yet
    service.drain()
