"""A refit, as it is published."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from batch.pca.components import Components

#: What `new_id` makes.
REFIT_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}")


@dataclass(frozen=True, eq=False)
class Refit:
    """What identifies a refit and what it was fitted to; `n` pictures, `components` of them."""

    refit_id: str
    fitted_at: datetime
    model_id: str
    features_version: int
    last_seq: int
    n: int
    components: Components

    @property
    def k(self) -> int:
        """How many components it has."""
        return len(self.components.components)


def new_id(fitted_at: datetime) -> str:
    """A name for a refit, for folders and tables: sorts by time; two of the same second differ."""
    return f"{fitted_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
