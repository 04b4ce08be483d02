"""The nightly refit of the PCA: its numbers and its pictures. The job that runs them on Spark is not built yet."""
