"""Fetch, decode, model, and the one pandas UDF that joins them."""
