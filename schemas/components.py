"""Table `components`: one row for each refit. A refit is published by its commit to this table, and by nothing else."""

from schemas.table import Column, Table

DRIFT = (
    Column("eigengap", "double", "how far the last component's variance is above the next one's, 0 to 1"),
    Column("angles", "array<double>", "principal angles to the previous components, radians, ascending"),
    Column("captured", "double", "share of the variance that the previous components capture, 0 to 1", True),
    Column("capturable", "double", "the largest share that as many components can capture, 0 to 1", True),
    Column("mean_shift", "double", "distance of the means, in units of a feature", True),
    Column("relative_mean_shift", "double", "the same, in total standard deviations", True),
    Column("counts_by_label", "map<string,long>", "pictures of each label in this refit"),
    Column("warnings", "array<string>", "a sentence for each threshold that was passed"),
)

COMPONENTS = Table(
    name="components",
    version=1,
    comment="One row for each refit of the PCA; the latest row is the one that counts. Append-only.",
    columns=(
        Column("refit_id", "string", "names the refit, sorts by time", indexed=True),
        Column("fitted_at", "timestamp", "UTC", indexed=True),
        Column("model_id", "string", "the model whose features were taken", indexed=True),
        Column("features_version", "long", "version of table features that was read"),
        Column("last_seq", "long", "the last announcement that was read"),
        Column("n", "long", "pictures"),
        Column("k", "int", "components"),
        Column("mean", "array<double>", "of each feature"),
        Column("components", "array<array<double>>", "k orthonormal rows of 1,280"),
        Column("explained_variance", "array<double>", "along each component, in units of feature^2, divided by n - 1"),
        Column("explained_variance_ratio", "array<double>", "the same as shares of the total variance, 0 to 1"),
        Column("drift", "struct", "compared with the previous refit of this model", fields=DRIFT),
    ),
)
