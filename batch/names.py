"""A label as text for a person: labels are names of folders, and a folder may be called anything."""

from schemas.text import printable

#: Fits a legend's column; longer names differ mostly at their beginning and end.
LABEL_CHARS = 28


def readable(label: str, chars: int = LABEL_CHARS) -> str:
    """`label` on one line of at most `chars` printable characters, its middle cut out if it is longer."""
    shown = printable(" ".join(label.split())) or "(no label)"
    if len(shown) <= chars:
        return shown
    tail = (chars - 1) // 2
    return f"{shown[: chars - 1 - tail]}\N{HORIZONTAL ELLIPSIS}{shown[-tail:]}"
