"""Table `projection`: each picture on the components of a refit."""

from schemas.table import Column, Table

PROJECTION = Table(
    name="projection",
    version=1,
    comment="The current pictures on a refit's components. Of the last refits; join on the refit_id of `components`.",
    columns=(
        Column("path", "string", "full URI, the key as it is", indexed=True),
        Column("label", "string", "name of the parent folder", indexed=True),
        Column("seq", "long", "the announcement whose features these are", indexed=True),
        Column("pcaFeatures", "array<double>", "k values, components times features, not centred, as MLlib does it"),
        Column("refit_id", "string", "the refit"),
    ),
    partition_by="refit_id",
)
