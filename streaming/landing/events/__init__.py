"""Discovery by events: S3 tells a queue what was written, and the queue tells us."""
