"""Settings, where S3 is, Java, and the Spark session: all that depends on the place Verger runs in."""
