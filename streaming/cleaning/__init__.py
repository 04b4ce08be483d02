"""Cleaning the landing: what has its row in `features`, and is older than a retention, is moved, deleted or tagged."""
