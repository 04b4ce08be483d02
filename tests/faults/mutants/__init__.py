"""The code broken on purpose: each case of the fault suite has a test that sees it."""
