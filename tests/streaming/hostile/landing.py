"""500 pictures, of which five end their worker, five hang it, and twenty are odd."""

import uuid
from itertools import islice, zip_longest
from pathlib import Path

from tests.streaming.featurize.odd_files import odd_files
from tests.streaming.hostile.pictures import hostile_picture

GOOD, ODD = 470, 20
KILLERS = ("segfault", "abort", "oom", "memory", "exit")
HANGS = ("spin", "spin", "spin", "sleep", "sleep")


def clean_pictures(fruits: Path, count: int) -> dict[str, bytes]:
    """Real pictures by name, over all labels alike."""
    labels = [sorted(label.glob("*.jpg")) for label in sorted((fruits / "images").iterdir()) if label.is_dir()]
    by_turns = (picture for turn in zip_longest(*labels) for picture in turn if picture is not None)
    return {f"{i:03}.jpg": picture.read_bytes() for i, picture in enumerate(islice(by_turns, count))}


def hostile_pictures(fruits: Path, log: Path) -> dict[str, tuple[bytes, str]]:
    """Name -> (bytes, `ok` or the code that is expected), the bad ones spread among the good ones.

    No run has the bytes of another one: this machine remembers them.
    """
    good = [(data, "ok") for data in clean_pictures(fruits, GOOD).values()]
    killers = [(bug, "crashed") for bug in KILLERS] + [(bug, "timeout") for bug in HANGS]
    bad = [
        (hostile_picture(good[0][0], bug, log, f"{i} {uuid.uuid4()}"), code) for i, (bug, code) in enumerate(killers)
    ]
    bad += [file for file in odd_files().values() if file[1] != "ok"][:ODD]
    step = len(good) // len(bad)
    mixed = [file for i, one in enumerate(bad) for file in (*good[i * step : (i + 1) * step], one)]
    mixed += good[len(bad) * step :]
    return {f"{i:03}.jpg": file for i, file in enumerate(mixed)}


def put_at_once(landing: Path, label: str, files: dict[str, bytes]) -> None:
    """A folder that is there with all its files at one moment, so that they come in one batch."""
    made = landing.parent / f"making-{label}"
    made.mkdir()
    for name, data in files.items():
        (made / name).write_bytes(data)
    made.rename(landing / label)
