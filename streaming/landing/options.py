"""The options of `spark.readStream.format("landing")`."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args, get_origin


@dataclass(frozen=True)
class LandingOptions:
    """`path` (what `.load(path)` sets) and `lake` must be given; an option's name is the setting's.

    `lease`: the token of the lease under which the ledger in S3 may be written; without one, it is not asked for.
    `trigger_interval_s`: for a query whose trigger waits for nothing; see `streaming.landing.pace`.
    `drain`: with events, begin with a reconcile that takes everything, as all that is there is to be announced.
    """

    path: str
    lake: str
    name_patterns: tuple[str, ...] = (
        "*.jpg", "*.jpeg", "*.png", "*.webp", "*.gif", "*.bmp", "*.tif", "*.tiff",
    )  # fmt: skip
    hidden_names: bool = False
    poll_interval_s: float = 1.0
    settle_s: float = 0.5
    target_batch_s: float = 20.0
    max_objects_per_batch: int = 20_000
    max_bytes_per_batch: int = 2 * 2**30
    retry_backoff_s: float = 5.0
    cores: int = 2
    run: str = ""
    discover: Literal["list", "events"] = "list"
    queue: str = ""
    reconcile_every_h: float = 24.0
    drain: bool = False
    lease: str = ""
    trigger_interval_s: float = 0.0

    @classmethod
    def parse(cls, options: Mapping[str, str]) -> "LandingOptions":
        """From Spark's options (names in any case, values as text; a list as JSON or with commas).

        Raises:
            ValueError: a missing, unknown or unreadable option, named in one sentence.
        """
        given = {name.lower(): value for name, value in options.items()}
        known = {field.name: field.type for field in fields(cls)}
        for name in ("path", "lake"):
            if name not in given:
                raise ValueError(f'the landing source needs its option "{name}"')
        if unknown := sorted(given.keys() - known.keys()):
            raise ValueError(f'the landing source has no option "{unknown[0]}"; it has {", ".join(sorted(known))}')
        read = cls(**{name: _read(name, known[name], value) for name, value in given.items()})
        if read.discover == "events" and not read.queue:
            raise ValueError('the landing source needs its option "queue" to discover by events')
        return read

    def to_spark(self) -> dict[str, str]:
        """The same, as options for `.options(**...)`."""
        return {
            name: json.dumps(list(value)) if isinstance(value, tuple) else str(value)
            for name, value in asdict(self).items()
        }


def _read(name: str, kind: Any, text: str) -> Any:
    try:
        if kind in (int, float, str):
            return kind(text)
        if kind is bool:
            return {"true": True, "false": False}[text.lower()]
        if get_origin(kind) is Literal:
            return {choice: choice for choice in get_args(kind)}[text]
        return tuple(json.loads(text) if text.startswith("[") else text.split(","))
    except (ValueError, KeyError):
        raise ValueError(f'the landing source can\'t read {text!r} as its option "{name}"') from None
