"""Cases 29 to 38: what the stream stands on, and the refit."""

from tests.faults.mutants.mutant import Mutant

STREAM, STATE = "tests/streaming/test_stream.py", "tests/faults/test_state.py"

_ANNOUNCER, _KNOWN = (
    "streaming/landing/announcer.py",
    'self.known.load(self.ledger.batches(["path", "etag", "version"]))',
)
_WRITE = "        self._write(snapshot, selection, folded, refit, published)\n"
_DRAW = """\
        drifted, plot = self._draw(refit, folded, published)
        alarms = warnings(drifted, self._thresholds()) + _doubts(folded)
        troubles = self._page(snapshot, refit, row_of(refit, drifted, alarms))
        with self.stages.stage("publishing"):
"""

STATE_AND_REFIT = (
    Mutant(
        29, "what was announced is known from this machine's memory only",
        _ANNOUNCER, _KNOWN, "pass",
        f"{STREAM}::test_everything_outside_the_lake_may_be_lost",
    ),
    Mutant(
        30, "nobody looks whether the ledger is older than the table",
        "streaming/lake.py", "    if announced < done:", "    if False:",
        "tests/streaming/test_lake.py::test_a_ledger_older_than_the_table_is_refused",
    ),
    Mutant(
        31, "a lease is trusted however long ago it was renewed",
        "conf/lease_term.py", "        return self.ends_s - boot_s()", "        return 10.0",
        "tests/conf/test_lease_faults.py::test_a_paused_holder_that_wakes_has_lost_it_and_does_not_take_it_back",
    ),
    Mutant(
        32, "what a failed query says is not passed on",
        "streaming/driver.py", "{_reason(str(self.query.exception()))}", "see Spark's log",
        f"{STATE}::test_a_full_disk_ends_it_with_a_clear_error_and_it_goes_on_when_there_is_space",
    ),
    Mutant(
        33, "a start goes on after the announcement that is the latest by the clock, not by its number",
        "streaming/landing/opened.py", "max_seq(features) if features else 0",
        "Ledger(lake).rows(0, max_seq(features))"
        '.sort_by([("announced_at", "ascending"), ("seq", "ascending")])["seq"][-1].as_py()'
        " if features and max_seq(features) else 0",
        f"{STATE}::test_a_clock_that_jumps_an_hour_back_changes_nothing",
    ),
    Mutant(
        34, "a refit takes the features of every model",
        "batch/selection.py",
        'pc.and_(pc.equal(rows["status"], "ok"), pc.equal(rows["model_id"], model_id))',
        'pc.equal(rows["status"], "ok")',
        "tests/batch/test_selection.py::test_a_model_that_is_set_is_taken_though_few_have_it",
    ),
    Mutant(
        35, "a refit reads the table as it is by now",
        "batch/snapshot.py", "DeltaTable(self.lake.uri(FEATURES.name), self.version, ",
        "DeltaTable(self.lake.uri(FEATURES.name), ",
        "tests/batch/test_snapshot.py::test_rows_appended_after_it_was_taken_are_not_read",
    ),
    Mutant(
        36, "a refit is published before its projection is written",
        "batch/job.py",
        _WRITE + _DRAW + "            self.check()\n            publish(self.lake, refit, drifted, alarms)\n",
        "        covariance = folded.gathered.moments.covariance\n"
        "        publish(self.lake, refit, drift(refit.components, covariance, Counter(), published.previous), [])\n"
        + _WRITE + _DRAW,
        "tests/faults/test_refits.py::test_a_refit_killed_here_is_there_whole_or_not_at_all[refit-published]",
    ),
    Mutant(
        37, "rows that are no numbers go into the moments",
        "batch/gathering.py", '        rows, usable = matrix(batch["features"])',
        '        rows, usable = matrix(batch["features"].fill_null([0.0] * 1280))',
        "tests/batch/test_odd_input.py::test_rows_that_are_not_finite_are_left_out_and_said",
    ),
    Mutant(
        38, "a lock lets a second one in",
        "conf/locks.py", "            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)\n            break",
        "            break",
        "tests/batch/test_two_refits.py"
        "::test_a_second_one_is_refused_and_the_first_reads_one_version_while_rows_are_appended",
    ),
)  # fmt: skip
