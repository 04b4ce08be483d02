"""The live page: what the tables say now, served to a browser. Writes nothing."""
