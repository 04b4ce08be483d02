"""Tests of settings, S3 access, Java and the Spark session."""
