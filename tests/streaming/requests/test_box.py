"""Requests lie whole in their box, in a folder and in S3; what is none is named, and harms nobody."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conf.lake import Lake
from streaming.requests.box import Box, drop, open_box
from streaming.requests.request import MAX_BYTES, Forget, Replay, RequestError, matcher, parse
from streaming.requests.waiting import look
from tests.servers.fixtures import S3

FORGET, REPLAY = Forget(upto=5, path="*/Kiwi/*"), Replay(upto=3, code="truncated")


def assert_works(box: Box) -> None:
    assert box.ids() == []
    first, second = drop(box, FORGET), drop(box, REPLAY)
    assert look(box, 9).requests == {first: FORGET, second: REPLAY}
    box.write("long", b" " * (MAX_BYTES + 1))
    box.write("none", b"{}")
    found = look(box, 4)
    assert list(found.requests) == [second]
    assert found.refused[first] == "it was asked at announcement 5, and the ledger ends at 4"
    assert "more than 65,536 bytes" in found.refused["long"]
    assert sum("is not taken up" in problem for problem in found.problems()) == 3
    for request_id in (*box.ids(), "not there"):
        box.remove(request_id)
    assert (box.ids(), box.read(first)) == ([], None)


def test_in_a_folder(tmp_path: Path) -> None:
    assert_works(open_box(Lake(str(tmp_path))))


@pytest.mark.s3
def test_in_s3(s3_server: S3) -> None:
    assert_works(open_box(Lake(f"s3://{s3_server.bucket}/a lake")))


@pytest.mark.s3
def test_a_bucket_that_is_not_there_is_an_error_with_a_sentence(s3_server: S3) -> None:
    with pytest.raises(OSError, match="NoSuchBucket"):
        open_box(Lake(f"s3://{s3_server.bucket}-not/lake")).ids()


def test_only_regular_files_with_plain_names_are_requests(tmp_path: Path) -> None:
    box, folder = open_box(Lake(str(tmp_path))), tmp_path / "requests"
    kept = drop(box, FORGET)
    os.mkfifo(folder / "pipe.json")
    (folder / "link.json").symlink_to(folder / f"{kept}.json")
    (folder / "folder.json").mkdir()
    for name in ("half.new", "a b.json", "README.md"):
        (folder / name).write_bytes(b"{}")
    assert list(look(box, 9).requests) == [kept]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "Invalid JSON"),
        (b"[1]", "should be an object"),
        (b'{"kind": "forget", "upto": 1}', "path: Field required"),
        (b'{"kind": "forget", "upto": -1, "path": "x"}', "upto"),
        (b'{"kind": "replay", "upto": 1}', "names nothing to replay"),
        (b'{"kind": "replay", "upto": 1, "code": "forgotten"}', "nothing is known of it"),
        (b'{"kind": "replay", "upto": 1, "code": "nonsense"}', "code"),
        (b'{"kind": "replay", "upto": 1, "everything": true, "cod": "empty"}', "cod: Extra inputs"),
        (b'{"kind": "replay", "upto": 1, "since": "2026-01-01T00:00:00"}', "timezone"),
    ],
)
def test_what_is_no_request_is_said_in_a_sentence(content: bytes, why: str) -> None:
    with pytest.raises(RequestError, match=why):
        parse(content)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_request_or_a_sentence(content: bytes) -> None:
    with pytest.raises(RequestError):
        parse(content)


def test_a_pattern_is_for_the_whole_path_slashes_and_newlines_included() -> None:
    assert matcher("*/Kiwi/*")("s3://b/x/Kiwi/y/a\n.jpg")
    assert not matcher("Kiwi/*")("s3://b/Kiwi/a.jpg")
    assert matcher("*/[ab].jpg")("file:///a.jpg")
