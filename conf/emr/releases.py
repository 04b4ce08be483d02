"""Releases: what `make package` wrote, and the folders `releases/<version>/` in the lake's bucket.

A release's folder is all that is needed to go back to it: package, settings and the stack's template. Which one is in
use is the stack's parameter `Release`, and nothing else says so; which one was before it, `conf.emr.history`.
"""

import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conf.errors import UserError

ENTRY, ARCHIVE, WHEEL, MODEL = "entry.py", "environment.tar.gz", "verger-*.whl", "model.zip"
#: Written last: a folder with it is whole.
SETTINGS, TEMPLATE = "emr.toml", "template.yaml"

_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_READ_BYTES = 2**20


@dataclass(frozen=True)
class Item:
    """A file of a release: its name, its content or where that is, and the SHA-256 of it."""

    name: str
    content: bytes | Path
    sha256: str
    size: int


@dataclass(frozen=True)
class Package:
    """What `make package` wrote."""

    version: str
    items: tuple[Item, ...]

    @property
    def model(self) -> bool:
        """Whether the converted weights are in it."""
        return any(item.name == MODEL for item in self.items)


def read_package(dist: Path, version: str | None, *, image: bool) -> Package:
    """The package in the folder `dist`, under `version` or that of its wheel; with an `image` it has no archive.

    Raises:
        UserError: it is not whole.
    """
    wheels = sorted(dist.glob(WHEEL))
    needed = (ENTRY,) if image else (ENTRY, ARCHIVE)
    missing = [name for name in needed if not (dist / name).is_file()]
    if missing or not wheels:
        lacking = ", ".join([*missing, *([] if wheels else [WHEEL])])
        raise UserError(f"{dist} has no {lacking}: run `make package`, or name the folder it wrote to with --dist.")
    if len(wheels) > 1:
        raise UserError(f"{dist} has {len(wheels)} wheels ({', '.join(w.name for w in wheels)}): run `make package`.")
    paths = [*(dist / name for name in needed), wheels[0], *([dist / MODEL] if (dist / MODEL).is_file() else [])]
    try:
        return Package(_checked(version or wheels[0].name.split("-")[1]), tuple(map(_file, paths)))
    except OSError as error:
        raise UserError(f"{error.filename} can't be read ({error.strerror}): run `make package`.") from error


def text_item(name: str, text: str) -> Item:
    """A small file of a release."""
    content = text.encode()
    return Item(name, content, hashlib.sha256(content).hexdigest(), len(content))


def checksums(s3: Any, bucket: str, version: str, items: tuple[Item, ...]) -> dict[str, str | None]:
    """For the name of each item the SHA-256 of what the release's folder has under it; None: nothing."""
    return {item.name: _sha256_there(s3, bucket, _key(version, item.name)) for item in items}


def upload(s3: Any, bucket: str, version: str, item: Item) -> None:
    """Put one file into the release's folder, in the place of what is there."""
    source = io.BytesIO(item.content) if isinstance(item.content, bytes) else item.content.open("rb")
    with source:
        # Of a file in parts S3 itself keeps a checksum of checksums, which depends on the parts.
        extra = {"Metadata": {"sha256": item.sha256}}
        s3.upload_fileobj(source, bucket, _key(version, item.name), ExtraArgs=extra)


def read_text(s3: Any, bucket: str, version: str, name: str) -> str:
    """A small file of a release."""
    return str(s3.get_object(Bucket=bucket, Key=_key(version, name))["Body"].read(), "utf-8")


def _checked(version: str) -> str:
    if not _VERSION.fullmatch(version):
        raise UserError(
            f"--release {version} can't be a folder's name: use up to 40 letters, digits, points, hyphens and "
            "underscores."
        )
    return version


def _key(version: str, name: str) -> str:
    return f"releases/{version}/{name}"


def _sha256_there(s3: Any, bucket: str, key: str) -> str | None:
    from botocore.exceptions import ClientError

    try:
        return str(s3.head_object(Bucket=bucket, Key=key)["Metadata"].get("sha256"))
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            return None
        raise


def _file(path: Path) -> Item:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(_READ_BYTES), b""):
            digest.update(block)
    return Item(path.name, path, digest.hexdigest(), path.stat().st_size)
