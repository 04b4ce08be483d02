"""The page of a refit: one file that a browser opens from disk and from S3."""
