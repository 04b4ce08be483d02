"""Cases 13 to 28: pictures, S3 and events as they come."""

from tests.faults.mutants.mutant import Mutant

EVENTS, STORES, FEATURIZE = (f"tests/streaming/{name}" for name in ("landing/events", "stores", "featurize"))

OBJECTS_AND_EVENTS = (
    Mutant(
        13, "JPEG is decoded as leniently as Pillow does it",
        "streaming/featurize/jpeg.py", "        strict=strict,", "        strict=False,",
        f"{FEATURIZE}/test_odd_files.py::test_odd_file_gets_the_expected_outcome[closed at 90 percent.jpg]",
    ),
    Mutant(
        14, "PDF is taken for JPEG",
        "streaming/featurize/sniff.py", '    (b"GIF87a", "GIF"),', '    (b"GIF87a", "GIF"),\n    (b"%PDF", "JPEG"),',
        f"{FEATURIZE}/test_odd_files.py::test_odd_file_gets_the_expected_outcome[document.jpg]",
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
)  # fmt: skip
