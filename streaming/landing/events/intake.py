"""From messages to events: which messages are done with once the events are announced, and which are left."""

from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from streaming.landing.events.fields import MalformedError
from streaming.landing.events.inflight import Received
from streaming.landing.events.messages import parse
from streaming.landing.events.object_event import ObjectEvent
from streaming.landing.events.outcomes import Outcome

#: Malformed messages that are known again, so that each is counted, and logged, once.
MAX_REMEMBERED = 10_000


@dataclass
class Opened:
    """What some messages held."""

    events: list[ObjectEvent] = field(default_factory=list)
    readable: list[Received] = field(default_factory=list)  #: delete them when the ledger has the events
    malformed: list[Received] = field(default_factory=list)  #: release them: their queue's redrive policy decides
    reasons: list[str] = field(default_factory=list)  #: of those malformed ones that come for the first time


class Intake:
    """Opens messages and counts those without events of objects: `test` and `malformed`."""

    def __init__(self) -> None:
        self.counts: Counter[Outcome] = Counter()
        self._malformed: OrderedDict[str, None] = OrderedDict()

    def open(self, messages: Iterable[Received]) -> Opened:
        """What is in these messages; a malformed one stops none of the others."""
        opened = Opened()
        for message in messages:
            try:
                events = parse(message.body)
            except MalformedError as e:
                self._leave(message, str(e), opened)
            else:
                self.counts["test"] += not events
                opened.events += events
                opened.readable.append(message)
        return opened

    def _leave(self, message: Received, why: str, opened: Opened) -> None:
        opened.malformed.append(message)
        if message.message_id in self._malformed:
            return
        self.counts["malformed"] += 1
        opened.reasons.append(f"message {message.message_id}: {why}")
        self._malformed[message.message_id] = None
        if len(self._malformed) > MAX_REMEMBERED:
            self._malformed.popitem(last=False)
