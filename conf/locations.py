"""Where things are: a folder (absolute; `~` and `file://` are taken) or an `s3://` URI, in one spelling."""

import os
import re
from pathlib import Path

from conf.masking import masked

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(/.*)", re.DOTALL)
_S3 = re.compile(r"//([A-Za-z0-9][A-Za-z0-9._-]*)(/.*)?", re.DOTALL)

#: What was meant for S3, and would be taken for a folder of that name.
_NEARLY_S3 = re.compile(r"s3[an]?:(?!/)|s3[an]?//|arn:aws[a-z-]*:s3:", re.IGNORECASE)


def is_s3(location: str) -> bool:
    """Whether a normalised location is in S3; else it is a folder or file."""
    return location.startswith("s3://")


def normalised(location: str) -> str:
    """`location` as an absolute path or an `s3://` URI; raises ValueError for what is neither."""
    if "\0" in location:
        raise ValueError("must not contain a NUL character")
    match = _SCHEME.fullmatch(location)
    if not match and _NEARLY_S3.match(location):
        raise ValueError("is no S3 URI: write s3://bucket/prefix")
    if not match:
        return _absolute(location)
    scheme, rest = match[1].lower(), match[2]
    if scheme == "s3":
        return _s3(rest)
    if scheme == "file":
        return _absolute(_file(rest))
    fix = f": write {masked(f's3:{rest}')}" if scheme in {"s3a", "s3n"} else ": use a folder or s3://bucket/prefix"
    raise ValueError(f"has the scheme {scheme}://, which is not supported{fix}")


def split_s3(uri: str) -> tuple[str, str]:
    """Bucket and key (or prefix) of a normalised `s3://` URI."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def as_prefix(location: str) -> str:
    """An S3 location with the slash that makes it a prefix of keys; a folder as it is."""
    return f"{location}/" if is_s3(location) and not location.endswith("/") else location


def as_root(location: str) -> str:
    """A location to which `/tables/...` is appended.

    Raises ValueError for keys that Hadoop collapses, and for names that delta-rs can't write (seen on 1.6.6).
    """
    if not is_s3(location):
        if bad := sorted(c for c in set(location) if c in "%#?[]^|\\" or not c.isprintable()):
            raise ValueError(f"must not contain {' '.join(map(repr, bad))}, which the writer of the tables can't take")
        return location
    root = location.rstrip("/")
    if {"", ".", ".."} & set(root.removeprefix("s3://").split("/")):
        raise ValueError("must not contain //, /./ or /../, which readers of the tables spell differently")
    return root


def as_key(key: str) -> str:
    """The key of a PNG below a lake, or in its bucket: relative, and not among the tables.

    Raises ValueError for anything else.
    """
    parts = key.split("/")
    if {"", ".", ".."} & set(parts) or not key.isprintable():
        raise ValueError("must be a relative key such as ACP/pca_plot.png, without //, /./ or /../")
    if parts[0] in {"tables", "reports", "requests"}:
        raise ValueError(f"must not lie in {parts[0]}/, which holds what the lake keeps: set it to another key")
    if not key.endswith(".png"):
        raise ValueError("must end with .png, which it is")
    return key


def inside(inner: str, outer: str) -> bool:
    """Whether `inner` is `outer` or below it: folders by what they really are, links and `..` resolved."""
    if is_s3(inner) and is_s3(outer):
        return as_prefix(inner).startswith(as_prefix(outer))
    if is_s3(inner) or is_s3(outer):
        return False
    real, top = Path(os.path.realpath(inner)), Path(os.path.realpath(outer))
    return any(_same_folder(folder, top) for folder in (real, *real.parents))


def _same_folder(a: Path, b: Path) -> bool:
    if a == b:
        return True
    # A file system that ignores case, or one mounted twice, has two spellings for one folder.
    try:
        return a.samefile(b)
    except OSError:
        return False


def _s3(rest: str) -> str:
    match = _S3.fullmatch(rest)
    if match:
        return f"s3:{rest}"
    if "@" in rest:
        raise ValueError("holds credentials: give them in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, not in the URI")
    raise ValueError("is no S3 URI: write s3://bucket/prefix")


def _file(rest: str) -> str:
    """The path of a `file:` URI as it is written: nothing in Verger is percent-encoded."""
    if not rest.startswith("//"):
        return rest
    host, slash, path = rest[2:].partition("/")
    if host not in {"", "localhost"} or not slash:
        raise ValueError("names another machine or no path: write file:///folder")
    return slash + path


def _absolute(path: str) -> str:
    expanded = os.path.expanduser(path)
    # Behind a link, `..` is not what the text says.
    return os.path.realpath(expanded) if ".." in Path(expanded).parts else os.path.abspath(expanded)
