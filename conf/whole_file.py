"""A file that is there whole or not at all."""

import os
import stat
import tempfile
from pathlib import Path

from conf.errors import UserError


def as_target(path: Path) -> Path:
    """Where a file that replaces `path` belongs: where links lead to.

    Raises:
        UserError: something else than a file is there, such as a folder, a device or a pipe; or nothing can be there.
    """
    target = Path(os.path.realpath(path))  # resolve() raises for links that lead in a circle
    try:
        is_file = stat.S_ISREG(target.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return target
    except OSError as error:  # links in a circle, a folder that this user may not enter, too long a name
        raise UserError(f"{path} can't be written: {error.strerror}; name another file") from error
    if not is_file:
        raise UserError(f"{path} is there and is no file: name another one")
    return target


def save(content: bytes, path: Path) -> None:
    """Write `content` to `path`, whose folder is made: a reader sees the old file or the new one, after any crash.

    Safe to run again. What a killed process leaves is a hidden file ending in `.part` beside `path`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(part).chmod(0o644)  # mkstemp's file is for its owner alone
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
