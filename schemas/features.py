"""Table `features`: exactly one row for each announcement, with features or the reason why not."""

from typing import Literal

from schemas.table import Column, Table

Status = Literal["ok", "rejected", "deferred"]

#: Values in one picture's features: MobileNetV2's global average pool.
FEATURE_COUNT = 1280

FEATURES = Table(
    name="features",
    version=1,
    comment="One row per announcement of a picture: 1,280 MobileNetV2 features, or the reason why not. Append-only.",
    columns=(
        Column("path", "string", "full URI, the key as it is", indexed=True),
        Column("label", "string", "name of the parent folder", indexed=True),
        Column("etag", "string", "names the exact content that was read"),
        Column("size", "long", "bytes"),
        Column("modified", "timestamp", "last modification, as the store says"),
        Column("seq", "long", "the announcement", indexed=True),
        Column("version", "long", "the object version: seq of its first announcement", indexed=True),
        Column("supersedes", "long", "version of the same path that came before; null for its first", True),
        Column("attempt", "int", "1, 2, ... of this version"),
        Column("reason", "string", "why it was announced: new, retry or replay"),
        Column("status", "string", "ok, rejected (terminal) or deferred (will be announced again)", indexed=True),
        Column("error_code", "string", "why there are no features; null if ok", True, indexed=True),
        Column("error_detail", "string", "one line for a person; null if ok", True),
        Column("features", "array<float>", "1,280 values of the global average pool; null unless ok", True),
        Column("width", "int", "pixels, as decoded, before resizing", True),
        Column("height", "int", "pixels, as decoded, before resizing", True),
        Column("format", "string", "what the content is, e.g. JPEG, whatever the name says", True),
        Column("content_hash", "string", "SHA-256 of the bytes, hexadecimal", True),
        Column("model_id", "string", "weights, architecture, runtime and preprocessing", indexed=True),
        Column("discovered_at", "timestamp", "when it was announced, UTC"),
        Column("featurized_at", "timestamp", "when its features were computed, UTC", indexed=True),
        Column("featurize_ms", "float", "milliseconds spent on decoding and the model"),
    ),
    # A batch a second leaves some 200,000 files a day, most of them merged since. A refit takes less than a night.
    keep="interval 1 days",
)

#: The columns that the featurizing UDF returns for each announcement.
RESULT_COLUMNS = (
    "status",
    "error_code",
    "error_detail",
    "features",
    "width",
    "height",
    "format",
    "content_hash",
    "featurized_at",
    "featurize_ms",
)
RESULT = Table(
    name="result",
    version=1,
    comment="What featurizing adds to an announcement.",
    columns=tuple(c for c in FEATURES.columns if c.name in RESULT_COLUMNS),
)
