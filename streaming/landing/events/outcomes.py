"""What can become of a message and of an event, for the counts that people read."""

from typing import Literal

Outcome = Literal[
    "test",  # messages: S3's s3:TestEvent
    "malformed",  # messages: no event of S3
    "foreign",  # events: of another bucket or prefix
    "unmatched",  # events: of a name that is not taken
    "removed",  # events: bring nothing to read, or what is gone by now
    "duplicate",  # events: tell nothing new
    "outdated",  # events: older than one that was handled
    "taken",  # events: announced
    "looked_up",  # HEADs, each for the events of one path
]
