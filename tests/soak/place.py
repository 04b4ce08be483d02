"""Where steps are done, and what is found there."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.soak.feed import Step


class Place(Protocol):
    """A landing, and the lake beside it. `uri`: what the path of a row begins with."""

    @property
    def uri(self) -> str: ...

    def apply(self, step: Step) -> None:
        """Put, overwrite or delete a file."""

    def names(self) -> set[str]:
        """Of all files in the landing."""

    def log(self, table: str) -> list[int]:
        """Bytes of each file of a table's log."""


@dataclass(frozen=True)
class FolderPlace:
    """In a folder."""

    landing: Path
    lake: Path

    @property
    def uri(self) -> str:
        """As Verger spells it."""
        return f"file://{self.landing}/"

    def apply(self, step: Step) -> None:
        """Written in its place, or whole by a rename."""
        path = self.landing / step.name
        if step.content is None:
            path.unlink()
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        if not step.renamed:
            path.write_bytes(step.content.data)
            return
        aside = self.landing.parent / "aside"
        aside.write_bytes(step.content.data)
        aside.replace(path)

    def names(self) -> set[str]:
        """Of all files."""
        return {str(path.relative_to(self.landing)) for path in self.landing.rglob("*") if path.is_file()}

    def log(self, table: str) -> list[int]:
        """As they are on the disk."""
        return [entry.stat().st_size for entry in (self.lake / "tables" / table / "_delta_log").iterdir()]
