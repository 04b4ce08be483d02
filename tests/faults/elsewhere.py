"""Cases that tests beside the code already prove: the case's number, what is done, and where."""

EVENTS, STORES = "tests/streaming/landing/events", "tests/streaming/stores"
FEATURIZE, STREAM = "tests/streaming/featurize", "tests/streaming/test_stream.py"

ELSEWHERE: tuple[tuple[int, str, str], ...] = (
    (
        6,
        "kill -9 of the ledger's writer at random while it merges and cleans",
        "tests/streaming/landing/test_upkeep_faults.py",
    ),
    (7, "SIGTERM, Ctrl-C in the middle of a batch", f"{STREAM}::test_asked_to_stop_it_finishes_its_batch_and_exits_0"),
    (7, "the same without grace", f"{STREAM}::test_a_batch_that_may_not_finish_is_undone_and_done_by_the_next_start"),
    (13, "empty, cut and damaged files", f"{FEATURIZE}/test_odd_files.py"),
    (14, "what is no picture; a JPEG under .png", f"{FEATURIZE}/test_odd_files.py"),
    (15, "decompression bombs, too many pixels or bytes", f"{FEATURIZE}/test_odd_files.py"),
    (16, "all modes, orientations and shapes", f"{FEATURIZE}/test_decode.py"),
    (17, "odd names in a folder", f"{STORES}/test_folder.py"),
    (17, "odd keys in S3", f"{STORES}/test_s3.py"),
    (
        18,
        "overwritten, and back again",
        f"{STREAM}::test_an_overwritten_picture_gets_a_second_row_and_overwritten_back_a_third",
    ),
    (19, "deleted, forbidden or archived before the read", f"{STORES}/test_s3_faults.py"),
    (20, "modified in the future, years ago", f"{STORES}/test_folder.py::test_any_modification_time_is_taken"),
    (21, "answers of S3, one by one, to a read", f"{STORES}/test_s3_faults.py"),
    (21, "reads fail with 503 for 6 s", "tests/streaming/test_stream_s3.py"),
    (23, "the lease is written and the answer lost", "tests/conf/test_lease_faults.py"),
    (24, "events doubled, out of order, wrapped", f"{EVENTS}/test_arrivals_law.py"),
    (24, "messages of all kinds", f"{EVENTS}/test_messages.py"),
    (25, "malformed messages", f"{EVENTS}/test_malformed.py"),
    (26, "events lost, doubled, shuffled; one reconcile", f"{EVENTS}/test_discovery_s3.py"),
    (27, "a message that comes again while it is held", f"{EVENTS}/test_inflight.py"),
    (27, "messages held, given back, deleted when the ledger has them", f"{EVENTS}/test_queue_s3.py"),
    (28, "the queue is away", f"{EVENTS}/test_following.py"),
    (29, "lake copied elsewhere, while stopped", f"{STREAM}::test_everything_outside_the_lake_may_be_lost"),
    (30, "tables that contradict each other, or of another version", "tests/streaming/test_lake.py"),
    (31, "a second stream", f"{STREAM}::test_a_second_stream_on_the_lake_refuses_and_names_the_first"),
    (31, "holders paused, killed, cut off", "tests/conf/test_lease_faults.py"),
    (35, "a refit while rows are appended", "tests/batch/test_two_refits.py"),
    (36, "a refit killed at random", "tests/batch/test_refit_faults.py"),
    (37, "constant features, few pictures, NaN, one label", "tests/batch/test_odd_input.py"),
    (38, "two refits at once", "tests/batch/test_two_refits.py"),
)
