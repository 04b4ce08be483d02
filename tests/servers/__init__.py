"""Servers that the tests start for themselves: one file each."""
