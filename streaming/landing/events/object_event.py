"""One event of one object."""

from dataclasses import dataclass
from datetime import datetime

from streaming.stores.store import Listed


@dataclass(frozen=True, slots=True)
class ObjectEvent:
    """What S3 told about an object; None: it did not tell."""

    bucket: str
    key: str  #: as it is in S3, never percent-encoded
    created: bool  #: there is content to read; False for removals, tags and all else
    etag: str | None  #: without quotation marks
    size: int | None  #: bytes
    modified: datetime | None  #: UTC, in whole seconds as S3 keeps it
    sequencer: str | None  #: hexadecimal

    @property
    def path(self) -> str:
        """The full URI, as the rest of the stream names the object."""
        return f"s3://{self.bucket}/{self.key}"

    @property
    def order(self) -> int | None:
        """Orders the events of one key: the later one has the greater number; None without a sequencer.

        As a number, which is to compare the texts with the shorter one left-padded with zeros. Editions of S3's
        documentation differ in the side; on the left, what AWS shows with 16 digits (`617f08299329d189`) and
        with 18 (`0064D3901D00059242`) falls into the order of the seconds that both begin with.
        """
        return None if self.sequencer is None else int(self.sequencer, 16)

    def listed(self) -> Listed | None:
        """The object as a listing would show it; None if the event does not tell enough."""
        if self.etag is None or self.size is None or self.modified is None:
            return None
        return Listed(self.path, self.etag, self.size, self.modified)
