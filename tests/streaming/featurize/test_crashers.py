"""Crashers end in milliseconds, in little memory, each with the code that a person would expect.

Cases 10 to 20 of what the service must survive, and the tests that have them, in this folder or beside it:

| case | tests |
| --- | --- |
| 10, 11: a picture that kills or hangs its worker | isolation/, test_stream_hostile.py |
| 13: empty, one byte, cut short, cut and closed | test_odd_files.py (`_cut_short`, `_padded_by_others`) |
| 14: no pictures, and pictures under other names | test_odd_files.py (`_no_pictures`, `_other_pictures`), here |
| 15: bombs of pixels, scans, frames, pages, tiles, texts, profiles and tags | here, test_limits.py |
| 16: odd but fine | test_odd_files.py (`_odd_but_fine`), test_decode.py |
| 17: names and links | test_folder.py, test_doors.py, test_s3.py; as text: test_text.py |
| 18: overwritten | test_folder.py, test_s3.py, test_stream.py |
| 19: deleted, forbidden, archived, identical | test_s3_faults.py, test_folder_rights.py, test_stream.py |
| 20: times in the future, of years ago, and late | test_folder.py, test_stream.py |
"""

import subprocess
import sys
import time
import tracemalloc

import pytest

from schemas.errors import PictureError
from streaming.featurize.decode import Limits, decode
from streaming.featurize.sniff import READABLE
from tests.streaming.featurize.crashers import crashers

LIMITS = Limits(64 << 20, 100_000_000, READABLE, exif_orientation=True)
CRASHERS = crashers()
#: Several times what the slowest takes on an idle core.
SECONDS = 5.0


@pytest.mark.parametrize("name", CRASHERS)
def test_crasher_ends_soon_with_the_expected_outcome(name: str) -> None:
    data, expected = CRASHERS[name]
    outcome, began = "ok", time.thread_time()
    try:
        decode(data, LIMITS)
    except PictureError as e:
        outcome = e.code
    assert outcome == expected
    assert time.thread_time() - began < SECONDS


@pytest.mark.parametrize(
    "name", [*(n for n, (_, code) in CRASHERS.items() if code == "too_many_pixels"), "text.png", "metadata.webp"]
)
def test_bomb_is_refused_before_memory_is_taken(name: str) -> None:
    """What Python allocates: a tenth of what the limits would let through."""
    tracemalloc.start()
    with pytest.raises(PictureError):
        decode(CRASHERS[name][0], LIMITS)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 24 << 20


def test_no_decoder_that_runs_programs_is_ever_loaded() -> None:
    code = (
        "import sys\n"
        "from streaming.featurize.decode import Limits, decode\n"
        "from schemas.errors import PictureError\n"
        "from tests.streaming.featurize.crashers import two_in_one\n"
        "sys.addaudithook(lambda event, _: sys.exit(event) if event in ('subprocess.Popen', 'os.exec') else None)\n"
        "for data, _ in two_in_one().values():\n"
        "    try: decode(data, Limits(10**6, 10**6, ('JPEG', 'PNG', 'WEBP', 'GIF', 'BMP', 'TIFF'), True))\n"
        "    except PictureError: pass\n"
        "assert not {f'PIL.{name}ImagePlugin' for name in ('Eps', 'Pdf', 'Wmf', 'Ps')} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
