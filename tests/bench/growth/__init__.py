"""What grows with the versions that are known: the source, a poll, a micro-batch; and Spark's own file source."""
