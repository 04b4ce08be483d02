"""What is broken on purpose, for each case, and the test that must see it."""

from dataclasses import dataclass

CRASHES = "tests/faults/test_crashes.py::test_a_crash_at_this_place_loses_and_doubles_nothing"
EVENTS, STORES, FEATURIZE = (f"tests/streaming/{name}" for name in ("landing/events", "stores", "featurize"))
STREAM, STATE = "tests/streaming/test_stream.py", "tests/faults/test_state.py"


@dataclass(frozen=True)
class Mutant:
    """`old`, which is once in `file`, becomes `new`; then `test` fails. `case`: its number in the list of cases."""

    case: int
    broken: str
    file: str
    old: str
    new: str
    test: str


_OPENED, _INITIAL = "streaming/landing/opened.py", "max_seq(features) if features else 0"
_ANNOUNCER, _KNOWN = (
    "streaming/landing/announcer.py",
    'self.known.load(self.ledger.batches(["path", "etag", "version"]))',
)

MUTANTS = (
    Mutant(
        1, "what the ledger has is forgotten at a start: all is announced once more",
        _ANNOUNCER, _KNOWN, "pass",
        f"{CRASHES}[ledger-appended-group]",
    ),
    Mutant(
        2, "a start goes on one announcement too late",
        _OPENED, _INITIAL, f"({_INITIAL}) + 1",
        f"{CRASHES}[offset-logged-group]",
    ),
    Mutant(
        3, "a start leaves out the first picture of the batch that was under way",
        _OPENED, _INITIAL, f"({_INITIAL}) + 1",
        f"{CRASHES}[featurizing-driver]",
    ),
    Mutant(
        4, "a start goes on where the ledger ends, not where the table does",
        _OPENED, _INITIAL, "Ledger(lake).head",
        "tests/faults/test_s3.py::test_killed_after_the_data_files_and_before_the_commit_it_does_the_batch_again[moto-kill_group]",
    ),
    Mutant(
        5, "a start counts the table's transactions from nought: Delta takes the next batch for one that is there",
        "streaming/sink.py", "self._transaction = table.transaction_version(self._app) or 0", "self._transaction = 0",
        "tests/faults/test_crashes.py::test_crash_after_crash_goes_on_from_where_the_last_one_was",
    ),
    Mutant(
        6, "a merge of the ledger leaves out the latest files",
        "streaming/landing/upkeep.py", "        table.create_checkpoint()",
        "        table.delete(f'seq > {table.count() - 3}')\n        table.create_checkpoint()",
        "tests/streaming/landing/test_upkeep_faults.py",
    ),
    Mutant(
        7, "a stop waits for no batch",
        "streaming/driver.py", "until = time.monotonic() + (grace_s := self.settings.stop_grace_s)",
        "until = time.monotonic() + 0 * (grace_s := self.settings.stop_grace_s)",
        f"{STREAM}::test_asked_to_stop_it_finishes_its_batch_and_exits_0[15]",
    ),
    Mutant(
        8, "numbers begin anew at each start",
        "streaming/landing/ledger.py",
        "        self._open()\n        self.head = max_seq(self._table)\n\n    def append",
        "        self._open()\n        self.head = 0\n\n    def append",
        "tests/faults/test_crashes.py::test_crash_after_crash_goes_on_from_where_the_last_one_was",
    ),
    Mutant(
        9, "the second attempt at a task yields no rows, as if the first had",
        "streaming/landing/source.py", "        yield from partition.batches",
        "        from pyspark import TaskContext\n\n"
        "        yield from partition.batches[: 0 if TaskContext.get().attemptNumber() else None]",
        "tests/cluster/test_cluster.py",
    ),
    Mutant(
        10, "a retry of a task decodes in the worker itself, as the first attempt did",
        "streaming/featurize/isolation/guarded.py", "if self._retry or digest in self._suspects:", "if False:",
        f"{FEATURIZE}/isolation/test_guarded.py",
    ),
    Mutant(
        11, "nobody notes that a child was late: it seems to have crashed",
        "streaming/featurize/isolation/isolated.py", "                late.set()\n", "                pass\n",
        f"{FEATURIZE}/isolation/test_isolated.py::test_a_child_that_takes_no_alarm_is_killed",
    ),
    Mutant(
        12, "the source hands out each announcement twice, as two attempts at a task do",
        "streaming/landing/source.py", "        yield from partition.batches",
        "        yield from (batch for batch in partition.batches for _ in range(2))",
        "tests/streaming/test_stream_speculative.py",
    ),
    Mutant(
        13, "JPEG is decoded as leniently as Pillow does it",
        "streaming/featurize/jpeg.py", "        strict=strict,", "        strict=False,",
        f"{FEATURIZE}/test_odd_files.py",
    ),
    Mutant(
        14, "PDF is taken for JPEG",
        "streaming/featurize/sniff.py", '    (b"GIF87a", "GIF"),', '    (b"GIF87a", "GIF"),\n    (b"%PDF", "JPEG"),',
        f"{FEATURIZE}/test_odd_files.py",
    ),
    Mutant(
        15, "pixels are not counted before decoding",
        "streaming/featurize/limits.py", "        if width * height > self.max_image_pixels:", "        if False:",
        f"{FEATURIZE}/test_odd_files.py::test_pixel_limit_holds_for_each_format",
    ),
    Mutant(
        16, "a JPEG is not turned as EXIF says",
        "streaming/featurize/jpeg.py",
        "exif_orientation(header.exif) if limits.exif_orientation else 1", "1",
        f"{FEATURIZE}/test_decode.py::test_orientation_is_undone",
    ),
    Mutant(
        17, "links out of the landing are taken for pictures",
        "streaming/stores/folder_listing.py", "    elif entry.is_symlink():", "    elif False:",
        f"{STORES}/test_folder.py::test_links_are_named_and_never_followed",
    ),
    Mutant(
        18, "a file is not looked at again after it was read",
        "streaming/stores/folder_reading.py",
        "        content = _read(fd, max_bytes, deadline)\n        _check(os.fstat(fd), etag, max_bytes)",
        "        content = _read(fd, max_bytes, deadline)",
        f"{STORES}/test_folder.py::test_overwritten_during_the_read_is_changed",
    ),
    Mutant(
        19, "an archived object is taken for a server that fails",
        "streaming/stores/s3_errors.py", '    "InvalidObjectState": "archived",\n', "",
        f"{STORES}/test_s3_faults.py::test_answers_become_codes",
    ),
    Mutant(
        20, "files of the future are left out",
        "streaming/stores/folder_listing.py", "    elif names.matches(entry.name):\n",
        "    elif entry.stat(follow_symlinks=False).st_mtime > 2e9:\n        return\n"
        "    elif names.matches(entry.name):\n",
        f"{STORES}/test_folder.py::test_any_modification_time_is_taken",
    ),
    Mutant(
        21, "what stalls is waited for twenty times as long",
        "streaming/stores/s3_clients.py",
        '"timeout": timedelta(seconds=timeout_s),\n            "read_timeout": timedelta(seconds=timeout_s / 3),',
        '"timeout": timedelta(seconds=20 * timeout_s),\n            "read_timeout": timedelta(seconds=20 * timeout_s),',
        f"{STORES}/test_s3_faults.py::test_silence_ends_in_bounded_time",
    ),
    Mutant(
        22, "credentials are those that were found first",
        "streaming/stores/s3_clients.py", "found = botocore.session.Session().get_credentials()",
        'found = globals().setdefault("_found", botocore.session.Session().get_credentials())',
        f"{STORES}/test_s3.py::test_temporary_credentials_are_looked_up_again",
    ),
    Mutant(
        23, "a lease that is there already is taken for another's, though the token is ours",
        "conf/lease_term.py", "if found is None or found[0].token != self.record.token:", "if True:",
        "tests/conf/test_lease_faults.py::test_a_write_whose_answer_was_lost_is_known_as_its_own",
    ),
    Mutant(
        24, "`+` in the key of an event stays a plus",
        "streaming/landing/events/fields.py", "unquote_plus(key, ", "unquote_plus(key.replace('+', '%2B'), ",
        f"{EVENTS}/test_messages.py::test_a_key_is_what_it_is_in_s3",
    ),
    Mutant(
        25, "malformed messages are kept instead of left to the dead-letter queue",
        "streaming/landing/events/following.py", "        self._queue.release(opened.malformed)\n", "",
        f"{EVENTS}/test_following.py::test_malformed_messages_are_released_and_counted_once",
    ),
    Mutant(
        26, "a reconcile announces nothing",
        "streaming/landing/reconciling.py", "        if chunk:\n            self._announce(round_, chunk)\n", "",
        f"{EVENTS}/test_discovery_s3.py::test_after_one_reconcile_the_ledger_is_what_the_bucket_is",
    ),
    Mutant(
        27, "messages are deleted before the ledger has what they tell",
        "streaming/landing/events/following.py",
        "        opened = self._intake.open(messages)\n",
        "        opened = self._intake.open(messages)\n        self._queue.delete(opened.readable)\n",
        f"{EVENTS}/test_following.py::test_a_message_stays_in_the_queue_until_the_ledger_has_it",
    ),
    Mutant(
        28, "a queue that is away is not spoken of",
        "streaming/landing/events/following.py", "self._queue.error or self._error or", "self._error or",
        f"{EVENTS}/test_following.py::test_a_queue_that_is_away_is_said_and_does_not_hold_up_retries",
    ),
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
        33, "the pace goes by the clock on the wall",
        "streaming/landing/pace.py", "[[], float] = time.monotonic", "[[], float] = time.time",
        f"{STATE}::test_a_clock_that_jumps_an_hour_back_changes_nothing",
    ),
    Mutant(
        34, "a refit takes the features of every model",
        "batch/selection.py",
        'pc.and_(pc.equal(rows["status"], "ok"), pc.equal(rows["model_id"], model_id))',
        'pc.equal(rows["status"], "ok")',
        "tests/batch/test_selection.py",
    ),
    Mutant(
        35, "a refit reads the table as it is by now",
        "batch/snapshot.py", "DeltaTable(self.lake.uri(FEATURES.name), self.version, ",
        "DeltaTable(self.lake.uri(FEATURES.name), ",
        "tests/batch/test_snapshot.py::test_rows_appended_after_it_was_taken_are_not_read",
    ),
    Mutant(
        36, "a refit is published before its projection is written",
        "batch/job.py", "        self._write(snapshot, selection, folded, refit, published)\n        drifted, plot",
        "        from batch.pca.drift import drift as first\n\n"
        "        covariance = folded.gathered.moments.covariance\n"
        "        publish(self.lake, refit, first(refit.components, covariance, Counter(), published.previous), [])\n"
        "        self._write(snapshot, selection, folded, refit, published)\n        drifted, plot",
        "tests/batch/test_refit_faults.py",
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
        "tests/batch/test_two_refits.py",
    ),
)  # fmt: skip
