"""Commands as a person copies them into a shell: what names hold stays data there."""

import re
import shlex

_SPECIAL = re.compile(r"[*?\[]")


def replay_command(lake: str, path: str) -> str:
    """`verger replay` for exactly this path, on one line.

    The path becomes a pattern in which nothing but itself is special; a character that is not printable, which a
    terminal might take for something else, becomes `?`, which stands for any one.
    """
    pattern = _SPECIAL.sub(lambda match: f"[{match[0]}]", path)
    plain = "".join(c if c.isprintable() else "?" for c in pattern)
    return shlex.join(["verger", "replay", "--lake", lake, "--path", plain])


def replay_code_command(lake: str, code: str) -> str:
    """The same for all that were rejected with a code."""
    return shlex.join(["verger", "replay", "--lake", lake, "--code", code])
