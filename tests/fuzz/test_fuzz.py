"""The fuzzer sees what it is there for; and a few hundred of its pictures, at each run of the tests."""

from contextlib import suppress

import numpy as np
import pytest

from schemas.errors import PictureError
from streaming.featurize.decode import Limits, decode
from streaming.featurize.sniff import READABLE, sniff
from tests.fuzz.arithmetic import bmp_complaint, png_complaint, png_has_more
from tests.fuzz.child import Child, Lost
from tests.fuzz.mutate import mutated, with_checksums
from tests.fuzz.obeying import obeying
from tests.fuzz.seeds import seeds
from tests.streaming.featurize import crafted
from tests.streaming.featurize.drawing import drawing, saved

LIMITS = Limits(1 << 20, 1_000_000, READABLE, exif_orientation=True)
SEEDS = seeds()


def test_crash_and_hang_are_told_and_a_new_worker_goes_on() -> None:
    worker = Child(obeying, timeout_s=1)
    assert worker.ask("well") == "well"
    assert worker.ask("crash") == Lost("crash", "exit code -6")
    assert worker.ask("hang") == Lost("hang", "1 s")
    assert worker.ask("again") == "again"
    worker.close()


def test_seeds_are_whole_and_of_every_format() -> None:
    assert set(SEEDS) == set(READABLE)
    for kind, files in SEEDS.items():
        for data in files:
            assert sniff(data) == kind
            decode(data, LIMITS)


def test_same_seed_makes_the_same_changes() -> None:
    data, other = SEEDS["PNG"][:2]
    first, second = ([mutated(data, other, "PNG", np.random.default_rng(7)) for _ in range(9)] for _ in range(2))
    assert first == second
    assert with_checksums(data) == data


@pytest.mark.parametrize("kind", READABLE)
def test_next_to_nothing_is_mutated_too(kind: str) -> None:
    random = np.random.default_rng(1)
    for size in (1, 2, 3, 5) * 40:
        mutated(SEEDS[kind][0][:size], SEEDS[kind][1], kind, random)


@pytest.mark.parametrize("kind", READABLE)
def test_mutated_pictures_are_decoded_or_refused(kind: str) -> None:
    random, files = np.random.default_rng(1), SEEDS[kind]
    for _ in range(100):
        data, other = (files[int(i)] for i in random.integers(len(files), size=2))
        with suppress(PictureError):
            decode(mutated(data, other, kind, random), LIMITS)


def test_arithmetic_finds_what_is_missing() -> None:
    whole = saved(drawing(), "PNG")
    assert png_complaint(whole) is None
    assert png_complaint(crafted.png(9, 9, bytes(120), interlaced=True)) is None
    assert "of pixels" in str(png_complaint(crafted.png_with_rows_missing()))
    assert "checksum" in str(png_complaint(crafted.png_with_damage()))
    assert "ends" in str(png_complaint(whole[:-9]))
    assert png_has_more(crafted.png(9, 9, bytes(99)))
    assert not png_has_more(whole)
    bitmap = saved(drawing(), "BMP")
    assert bmp_complaint(bitmap) is None
    assert bmp_complaint(bitmap[:-9]) == "9 bytes of pixels are missing"
