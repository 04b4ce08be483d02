"""What lies in the box of a lake, told apart: what waits to be done, and what nobody can do."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from streaming.requests.box import REQUESTS, Box
from streaming.requests.request import Forget, Replay, Request, RequestError, parse

Kind = TypeVar("Kind", Replay, Forget)


@dataclass(frozen=True)
class Waiting:
    """`requests` by id, the oldest first; `refused`: why one can't be taken up, by id, for people."""

    requests: dict[str, Request] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def of(self, kind: type[Kind]) -> dict[str, Kind]:
        """The requests of one kind, by id."""
        return {key: asked for key, asked in self.requests.items() if isinstance(asked, kind)}

    def problems(self) -> Iterator[str]:
        """A sentence for each that was refused."""
        for request_id, why in self.refused.items():
            yield f"{REQUESTS}/{request_id}.json is not taken up: {why}; remove it, and ask again"


def look(box: Box, head: int) -> Waiting:
    """Read all requests; `head`: the ledger's last announcement.

    Raises:
        OSError: the box can't be read.
    """
    waiting = Waiting()
    for request_id in box.ids():
        content = box.read(request_id)
        if content is None:
            continue  # it was done, or taken back, just now
        try:
            waiting.requests[request_id] = _of_this_lake(parse(content), head)
        except RequestError as error:
            waiting.refused[request_id] = str(error)
    return waiting


def _of_this_lake(request: Request, head: int) -> Request:
    if request.upto > head:
        raise RequestError(f"it was asked at announcement {request.upto}, and the ledger ends at {head}")
    return request
