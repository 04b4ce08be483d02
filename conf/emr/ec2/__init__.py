"""EMR on EC2, the second way: a cluster and its steps."""
