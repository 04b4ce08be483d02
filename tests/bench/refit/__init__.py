"""`verger refit` against MLlib's PCA on the same Delta tables, and against itself where only a little changed."""
