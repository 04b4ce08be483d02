"""The law, recomputed from the tables and the landing by code that shares nothing with the stream's own."""
