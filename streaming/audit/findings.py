"""What an audit finds: kinds of breaches, each with a count and a few examples."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: What is wrong, by the name that `verger audit --json` gives it. An example is an announcement's seq or an object.
KINDS = {
    "ledger_gaps": "numbers that are missing in the ledger",
    "ledger_duplicates": "announcements with the number of another one",
    "chain": "announcements whose version, supersedes or attempt contradicts those before them",
    "retry": "retries of a version that was not deferred",
    "lost": "announcements without a row, though later ones have theirs",
    "doubled": "rows too many for their announcement",
    "stray": "rows that nobody announced",
    "wrong_version": "rows with another path or ETag than their announcement",
    "wrong_chain": "rows with another version, supersedes, attempt or reason than their announcement",
    "wrong_state": "rows whose status, error code and content hash contradict each other",
    "unannounced": "objects in the landing that were never announced as they are, or not again since they were gone",
    "waiting": "announced versions that are neither ok nor rejected, though nothing should wait any more",
    "wrong_bytes": "rows with the hash of other bytes than their object has",
    "wrong_features": "rows that are ok without 1,280 finite features",
}
EXAMPLES = 5


@dataclass(frozen=True)
class Finding:
    """One kind of breach: how many, and the first few."""

    kind: str
    count: int
    examples: tuple[str, ...]

    def sentence(self) -> str:
        """For a person."""
        more = ", ..." if self.count > len(self.examples) else ""
        return f"{self.count:,} {KINDS[self.kind]}: {', '.join(self.examples)}{more}"


def finding(kind: str, of: "NDArray[np.int64] | list[str]") -> Finding:
    """A finding with `of` as what is wrong: announcements by seq, or names."""
    return Finding(kind, len(of), tuple(str(one) for one in of[:EXAMPLES]))


def found(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that are."""
    return tuple(one for one in findings if one.count)
