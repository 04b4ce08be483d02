"""Fetch, decode, model, and the one Arrow UDF that joins them."""
