"""Cases 1 to 12: the driver and its workers are killed, paused, held up."""

from tests.faults.mutants.mutant import Mutant

CRASHES = "tests/faults/test_crashes.py::test_a_crash_at_this_place_loses_and_doubles_nothing"
STREAM, FEATURIZE = "tests/streaming/test_stream.py", "tests/streaming/featurize"

_OPENED, _INITIAL = "streaming/landing/opened.py", "max_seq(features) if features else 0"
_ANNOUNCER, _KNOWN = (
    "streaming/landing/announcer.py",
    'self.known.load(self.ledger.batches(["path", "etag", "version"]))',
)

DRIVER_AND_WORKERS = (
    Mutant(
        1, "what the ledger has is forgotten at a start: all is announced once more",
        _ANNOUNCER, _KNOWN, "pass",
        f"{CRASHES}[ledger-appended-group]",
    ),
    Mutant(
        2, "a start goes on where the ledger ends: what was handed out and not read is taken for done",
        _OPENED, _INITIAL, "Ledger(lake).head",
        f"{CRASHES}[offset-logged-group]",
    ),
    Mutant(
        3, "a start goes on where the ledger ends: a batch that was begun is taken for done",
        _OPENED, _INITIAL, "Ledger(lake).head",
        f"{CRASHES}[featurizing-driver]",
    ),
    Mutant(
        4, "a start goes on where the ledger ends: data files without a commit are taken for rows",
        _OPENED, _INITIAL, "Ledger(lake).head",
        "tests/faults/test_s3.py::test_killed_after_the_data_files_and_before_the_commit_it_does_the_batch_again[moto-kill_group]",
    ),
    Mutant(
        5, "a start takes the table for empty: the next batch is no longer one that fits",
        "streaming/sink.py", "self.last_seq = max_seq(self._table)", "self.last_seq = 0",
        "tests/faults/test_crashes.py::test_crash_after_crash_goes_on_from_where_the_last_one_was",
    ),
    Mutant(
        6, "a merge of the ledger is two commits: one that removes all, one that brings it back",
        "streaming/upkeep.py", "            table.optimize.compact(",
        "            from deltalake import write_deltalake\n\n"
        "            rows = table.to_pyarrow_table()\n"
        "            table.delete()\n"
        '            write_deltalake(table, rows, mode="append")\n'
        "            table.optimize.compact(",
        "tests/streaming/landing/test_upkeep_faults.py::test_a_kill_at_any_point_leaves_a_whole_ledger",
    ),
    Mutant(
        7, "a stop waits for no batch",
        "streaming/driver.py", "until = time.monotonic() + (grace_s := self.settings.stop_grace_s)",
        "until = time.monotonic() + 0 * (grace_s := self.settings.stop_grace_s)",
        f"{STREAM}::test_asked_to_stop_it_finishes_its_batch_and_exits_0[15]",
    ),
    Mutant(
        8, "a start does the announcement again that was done last",
        _OPENED, _INITIAL, f"max(0, ({_INITIAL}) - 1)",
        "tests/faults/test_crashes.py::test_crash_after_crash_goes_on_from_where_the_last_one_was",
    ),
    Mutant(
        9, "the second attempt at a task yields no rows, as if the first had",
        "streaming/landing/source.py", "        yield from partition.batches",
        "        from pyspark import TaskContext\n\n"
        "        yield from partition.batches[: 0 if TaskContext.get().attemptNumber() else None]",
        "tests/faults/test_executors.py"
        "::test_an_executor_lost_in_the_middle_of_a_batch_costs_no_row_and_doubles_none",
    ),
    Mutant(
        10, "a retry of a task decodes in the worker itself, as the first attempt did",
        "streaming/featurize/isolation/guarded.py", "if self._retry or digest in self._suspects:", "if False:",
        f"{FEATURIZE}/isolation/test_guarded.py"
        "::test_the_first_attempt_ends_with_the_killer_the_retry_has_all_rows_and_the_next_task_none_to_fear",
    ),
    Mutant(
        11, "nobody notes that a child was late: it seems to have crashed",
        "streaming/featurize/isolation/isolated.py", "                late.set()\n", "                pass\n",
        f"{FEATURIZE}/isolation/test_isolated.py::test_a_child_that_takes_no_alarm_is_killed",
    ),
    Mutant(
        12, "the second attempt at a task hands out all twice (that one attempt counts is Spark's work, not ours)",
        "streaming/landing/source.py", "        yield from partition.batches",
        "        from pyspark import TaskContext\n\n"
        "        yield from partition.batches * (2 if TaskContext.get().attemptNumber() else 1)",
        "tests/streaming/test_stream_speculative.py::test_a_slow_task_is_run_twice_and_its_rows_are_there_once",
    ),
)  # fmt: skip
