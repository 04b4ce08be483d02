"""What can be asked of a stream, as it is written into a request's file."""

import fnmatch
import re
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from schemas.errors import ErrorCode

#: A longer file is no request.
MAX_BYTES = 64 * 2**10

Pattern = Annotated[str, Field(min_length=1, max_length=4_096)]


class RequestError(ValueError):
    """A file is no request; one sentence for a person."""


class _Asked(BaseModel):
    """`upto`: the last announcement that is meant: what was there when it was asked, and nothing later.

    That makes a request safe to take up again after a crash at any point: what it has announced is not meant either.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    upto: Annotated[int, Field(ge=0)]
    asked_at: AwareDatetime = Field(default_factory=lambda: datetime.now(timezone.utc))


class Replay(_Asked):
    """Announce again, with reason `replay`, what has a row by then and fits all that is given; `until` is exclusive."""

    kind: Literal["replay"] = "replay"
    code: ErrorCode | None = None
    path: Pattern | None = None
    model: str | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    everything: bool = False

    @model_validator(mode="after")
    def _is_meant(self) -> "Replay":
        if not self.everything and not self._filters():
            raise ValueError("it names nothing to replay: give a filter, or everything")
        if self.code == "forgotten":
            raise ValueError("what is forgotten can't be replayed: nothing is known of it")
        if self.since and self.until and self.until <= self.since:
            raise ValueError(f"no row is since {self.since} and until {self.until}: give a later until")
        return self

    def __str__(self) -> str:
        """In words."""
        return f"replay of {', '.join(self._filters()) or 'everything'}"

    def _filters(self) -> list[str]:
        names = ("code", "path", "model", "since", "until")
        return [f"{name} {value}" for name in names if (value := getattr(self, name)) is not None]


class Forget(_Asked):
    """Take all that is known of the pictures with such a path out of the lake."""

    kind: Literal["forget"] = "forget"
    path: Pattern

    def __str__(self) -> str:
        """In words."""
        return f"forget path {self.path}"


Request = Replay | Forget
_ANY: TypeAdapter[Request] = TypeAdapter(Annotated[Request, Field(discriminator="kind")])


def parse(content: bytes) -> Request:
    """The request that a file holds.

    Raises:
        RequestError: it holds none.
    """
    if len(content) > MAX_BYTES:
        raise RequestError(f"it has more than {MAX_BYTES:,} bytes")
    try:
        return _ANY.validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RequestError(f"{where}: {first['msg']}" if where else first["msg"]) from None


def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a whole path fits a shell pattern, in which `*` stands for slashes, too."""
    compiled = re.compile(fnmatch.translate(pattern))
    return lambda path: compiled.match(path) is not None
