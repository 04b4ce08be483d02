"""The pictures of `verger demo`: drawn fruit, and a handful of broken files."""
