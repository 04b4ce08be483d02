"""The two lines above a plot: what it shows, and of which refit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from batch.names import readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: As much as fits on a line above the axes.
NOTE_CHARS = 90


@dataclass(frozen=True)
class Caption:
    """What a title says: when the refit was made, its `n` pictures, and more, such as the model, in `note`."""

    fitted_at: datetime
    n: int
    note: str = ""


def draw_title(axes: "Axes", what: str, caption: Caption, facts: Sequence[str] = ()) -> None:
    """Write `what`, n and the date above `axes`, `facts` and the note smaller below; dollar signs stay as they are."""
    second = [fact for fact in (*facts, readable(caption.note, NOTE_CHARS) if caption.note else "") if fact]
    date = f"{caption.fitted_at:%Y-%m-%d %H:%M %Z}".strip()
    pictures = f"{caption.n:,} picture{'' if caption.n == 1 else 's'}"
    axes.set_title(f"{what} of {pictures}, {date}", fontsize=13, loc="left", pad=12 + 13 * len(second))
    for i, line in enumerate(reversed(second)):
        axes.annotate(
            line, (0, 1), (0, 8 + 13 * i), "axes fraction", "offset points", color="0.35", fontsize=9, parse_math=False
        )
