"""What a picture is called where it is moved to: each version of a path has a name of its own."""

from hashlib import blake2b

from streaming.cleaning.way import FinishedRow

#: Bytes of a file's name; file systems take 255, and one that is being copied has a longer name.
_MOST_BYTES = 240
_MOST_EXTENSION = 40


def archive_name(row: FinishedRow, relative: str, lake_id: str) -> str:
    """`Kiwi/a.jpg` of the landing as `Kiwi/a.<version>-<digest>.jpg`.

    The digest is of lake, path, version and ETag: the same name means the same content, so a move can be repeated.
    A name that gets too long loses the end of its stem.
    """
    folder, slash, name = relative.rpartition("/")
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension.encode()) > _MOST_EXTENSION:
        stem, dot, extension = name, "", ""
    told = "\0".join([lake_id, row.path, str(row.version), row.etag])
    end = f".{row.version}-{blake2b(told.encode(), digest_size=8).hexdigest()}{dot}{extension}"
    kept = stem.encode()[: _MOST_BYTES - len(end.encode())].decode(errors="ignore")
    return f"{folder}{slash}{kept}{end}"
