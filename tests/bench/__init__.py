"""How fast, how big, how late: measured against the bare loop and the notebook. `python -m tests.bench`."""
