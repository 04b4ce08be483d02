"""How far cleaning has come: a small file in the lake, replaced whole."""

import json
from dataclasses import asdict, dataclass, field

from conf.lake import Lake
from streaming.lake_file import read_file, replace_file

#: Where it lies, in the lake.
PROGRESS_FILE = "cleaned.json"


@dataclass
class Progress:
    """Every row up to `upto` was dealt with, but those in `left`. Without the file all are looked at again."""

    lake_id: str = ""
    task: str = ""  # what was done with them: another task begins anew
    upto: int = 0
    left: list[int] = field(default_factory=list)
    cleaned: int = 0  # objects since the task began
    at: str = ""  # ISO 8601, UTC
    problem: str | None = None  # what keeps it from going on, or those in `left` from being done

    @classmethod
    def read(cls, lake: Lake) -> "Progress":
        """What was written last; empty if nothing was, or if it is damaged.

        Raises:
            OSError: it can't be had.
        """
        try:
            return cls(**json.loads(read_file(f"{lake.root}/{PROGRESS_FILE}")))
        except (FileNotFoundError, ValueError, TypeError):
            return cls()

    def write(self, lake: Lake) -> None:
        """Replace the file at once; after a crash, also of the machine, the old one or the new one is there.

        Raises:
            OSError: it can't be written.
        """
        replace_file(f"{lake.root}/{PROGRESS_FILE}", json.dumps(asdict(self)).encode())
