"""The README's tables, made from the code: `python -m tests.readme` writes them anew."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel

from conf.emr.settings import EmrSettings
from conf.metrics import METRICS
from conf.settings import Settings
from schemas.components import COMPONENTS
from schemas.errors import MEANINGS
from schemas.features import FEATURES
from schemas.ledger import LEDGER
from schemas.moments import MOMENTS
from schemas.projection import PROJECTION
from schemas.table import Column

TABLES = (FEATURES, LEDGER, COMPONENTS, PROJECTION, MOMENTS)
README = Path(__file__).resolve().parent.parent / "README.md"


def with_tables(text: str) -> str:
    """The README with each marked table replaced by the code's: a mark, then lines that begin with `|`."""
    for mark, rows in _tables().items():
        text = re.sub(rf"(<!-- {mark} -->\n)(?:\|.*\n)*", lambda m, rows=rows: m[1] + rows, text)  # type: ignore[misc]
    return text


def _tables() -> dict[str, str]:
    return {
        **{f"columns: {table.name}": _columns(table.columns) for table in TABLES},
        "error codes": _rows(("code", "meaning"), [(f"`{code}`", text) for code, text in MEANINGS.items()]),
        "metrics": _rows(
            ("metric", "unit", "each", "meaning", "Prometheus"),
            [(f"`{m.name}`", m.unit, ", ".join(m.when), m.meaning, _code(m.prometheus)) for m in METRICS],
        ),
        "settings": _settings(Settings),
        "emr settings": _settings(EmrSettings),
    }


def _settings(model: type[BaseModel]) -> str:
    rows = [
        (f"`{name}`", _default(field.get_default(call_default_factory=True)), field.description or "")
        for name, field in model.model_fields.items()
    ]
    return _rows(("setting", "default", "meaning"), rows)


def _columns(columns: Sequence[Column]) -> str:
    return _rows(("column", "type", "meaning"), list(_described(columns)))


def _described(columns: Sequence[Column], of: str = "") -> Iterator[tuple[str, ...]]:
    for column in columns:
        yield f"`{of}{column.name}`", column.type + (", null" if column.nullable else ""), column.comment
        yield from _described(column.fields, f"{of}{column.name}.")


def _code(name: str) -> str:
    return name and f"`{name}`"


def _default(value: object) -> str:
    if isinstance(value, tuple):
        return f"`{','.join(map(str, value))}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _rows(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text("utf-8")), "utf-8")
