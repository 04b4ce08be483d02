"""Settings, where S3 is, Java, and the Spark session: all that depends on the place Verger runs in."""

import os

# Read by delta-rs when it is loaded: its warnings are of ways it tried before it found one, or end in an error of ours.
os.environ.setdefault("RUST_LOG", "error")
