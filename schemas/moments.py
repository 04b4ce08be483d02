"""Table `moments`: what each refit knows of all features that it has seen, so that the next one goes on from there."""

from schemas.table import Column, Table

MOMENTS = Table(
    name="moments",
    version=1,
    comment="Exact moments of the current features of one model, a row for each refit. The refit's own state.",
    columns=(
        Column("lake_id", "string", "the lake of the features: moments of another one are not gone on from"),
        Column("model_id", "string", "the model whose features these are", indexed=True),
        Column("last_seq", "long", "the last announcement that is folded in", indexed=True),
        Column("features_version", "long", "version of table features that was read"),
        Column("n", "long", "pictures"),
        Column("left_out", "long", "current pictures whose features are not 1,280 finite numbers, so not in n"),
        Column(
            "rows_digest",
            "string",
            "SHA-256 of seq and featurized_at of these rows: whether they are the same",
        ),
        Column("mean", "array<double>", "of each feature"),
        Column("m2", "binary", "sum of the centred rows' outer products: lower triangle, row by row, float64"),
        Column("full", "boolean", "computed from all rows; else from the previous moments and what changed since"),
        Column("since_full", "int", "refits since everything was computed anew; 0 for a full one"),
        Column("computed_at", "timestamp", "UTC", indexed=True),
    ),
)
