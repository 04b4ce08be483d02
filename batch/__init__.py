"""The nightly batch jobs. None yet: the refit of the PCA comes next."""
