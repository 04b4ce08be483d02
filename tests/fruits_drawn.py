"""A lake whose pictures are there, with rows of made-up features: for the pages, without Spark or model."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from deltalake import write_deltalake
from PIL import Image

from conf.lake import Lake
from schemas.errors import ErrorCode
from schemas.ledger import LEDGER
from streaming.stores.folder_reading import etag_of
from tests.batch.lakes import vectors
from tests.streaming.landing.fakes import NOW, new_lake, write_features

#: Names that would do something if anything took them for more than text.
EVIL = (
    '<img src=x onerror="window.pwned=1">',
    "</script><script>window.pwned=1</script>",
    "'\"><svg onload=window.pwned=1>",
    "%{customdata}<b>{{ 7*7 }}</b><a href='javascript:window.pwned=1'>x</a>",
    "a\n\u202egpj.exe\u0000\u001b[31m",
)


def drawn_lake(folder: Path, count: int = 24, evil: bool = False) -> Lake:
    """`count` pictures, of which every sixth is rejected; with `evil` all names are EVIL, and no picture is there."""
    lake, features = new_lake(folder), vectors(count)
    rows = []
    for i in range(count):
        name = EVIL[i % len(EVIL)] if evil else ("Kiwi", "Lemon", "Plum")[i % 3]
        row: dict[str, Any] = {"seq": i + 1, "label": name, "path": f"s3://bucket/{name}/{i}{name}.jpg"}
        if not evil:
            row |= _drawn(folder / "landing" / name / f"{i}.png", i)
        rejected: dict[str, Any] = {
            "status": "rejected",
            "error_code": _code(i),
            "error_detail": name if evil else "data is missing",
        }
        rows.append(row | (rejected if i % 6 == 5 else {"status": "ok", "features": features[i]}))
    write_features(lake, rows)
    announce(lake, rows)
    return lake


def announce(lake: Lake, rows: list[dict[str, Any]]) -> None:
    """Write their announcements."""
    made_up = {
        "etag": "A", "size": 1, "modified": NOW, "attempt": 1, "reason": "new", "announced_at": NOW,
        "discovered_by": "list",
    }  # fmt: skip
    full = [{**made_up, "version": row["seq"], **{k: row[k] for k in ("seq", "path")}} for row in rows]
    write_deltalake(lake.uri("ledger"), pa.Table.from_pylist(full, schema=LEDGER.arrow()), mode="append")


def _code(i: int) -> ErrorCode:
    return "truncated" if i % 12 == 5 else "empty"


def _drawn(path: Path, i: int) -> dict[str, Any]:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(i).integers(0, 255, (4, 4, 3), np.uint8)
    Image.fromarray(pixels).resize((90, 60)).save(path)
    content = path.read_bytes()
    return {
        "path": f"file://{path}",
        "etag": etag_of(path.stat()),
        "size": len(content),
        "content_hash": hashlib.sha256(content).hexdigest(),
    }
