"""Cleaning a bucket, on both servers where they can do it."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from streaming.cleaning import s3_cleaning
from streaming.cleaning.progress import Progress
from streaming.cleaning.s3_cleaning import S3Cleaning
from streaming.cleaning.sweep import CleaningError
from streaming.stores.s3 import S3Store
from streaming.stores.s3_clients import boto3_client
from tests.servers.fixtures import S3
from tests.servers.server import Server
from tests.streaming.cleaning.orchard import WEEK, Orchard
from tests.streaming.stores.test_s3 import ODD

pytestmark = pytest.mark.s3
NONE = timedelta()
DONE = [{"Key": "verger", "Value": "done"}]


def orchard(tmp_path: Path, s3: S3) -> Orchard:
    return Orchard(tmp_path, S3Store(s3.bucket, "in/"))


def way(orchard: Orchard, s3: S3, mode: Any = "delete", after: timedelta = NONE) -> S3Cleaning:
    return S3Cleaning(S3Store(s3.bucket, "in/"), mode, after, orchard.id, (s3.bucket, "done/"))


def put(s3: S3, name: str, content: bytes, **arguments: Any) -> None:
    s3.client.put_object(Bucket=s3.bucket, Key=f"in/{name}", Body=content, **arguments)


def objects(s3: S3, prefix: str = "in/") -> dict[str, bytes]:
    found = s3.client.list_objects_v2(Bucket=s3.bucket, Prefix=prefix).get("Contents", ())
    keys = [entry["Key"] for entry in found]
    return {key: s3.client.get_object(Bucket=s3.bucket, Key=key)["Body"].read() for key in keys}


def tags(s3: S3, name: str, **version: str) -> list[dict[str, str]]:
    found = s3.client.get_object_tagging(Bucket=s3.bucket, Key=f"in/{name}", **version)["TagSet"]
    return sorted(found, key=lambda tag: str(tag["Key"]))


def before(monkeypatch: pytest.MonkeyPatch, operation: str, act: Callable[[], None]) -> None:
    """Run `act` once, just before the cleaning sends its first request of this kind."""
    acted = list[bool]()

    class Late:
        def __init__(self, client: Any) -> None:
            self._client = client

        def __getattr__(self, name: str) -> Any:
            if name == operation and not acted:
                acted.append(True)
                act()
            return getattr(self._client, name)

    monkeypatch.setattr(s3_cleaning, "boto3_client", lambda timeout_s: Late(boto3_client(timeout_s)))


def test_what_has_its_row_is_deleted_and_the_rest_stays(s3_server: S3, tmp_path: Path) -> None:
    put(s3_server, "Kiwi/a b+é%20.jpg", b"one")
    put(s3_server, "b.jpg", b"two")
    mine = orchard(tmp_path, s3_server)
    mine.featured()
    put(s3_server, "b.jpg", b"other")
    put(s3_server, "c.jpg", b"new")
    sweep = mine.sweep(way(mine, s3_server))
    sweep.once()
    assert objects(s3_server) == {"in/b.jpg": b"other", "in/c.jpg": b"new"}
    assert sweep.cleaned == 1
    mine.featured()
    mine.sweep(way(mine, s3_server)).once()
    assert objects(s3_server) == {}
    assert mine.new() == []


def test_a_move_keeps_bytes_and_every_version(s3_server: S3, tmp_path: Path) -> None:
    mine = orchard(tmp_path, s3_server)
    for content in (b"one", b"two", b"one"):
        put(s3_server, "Kiwi/a b+é.jpg", content, Metadata={"farm": "7"})
        mine.featured()
        mine.sweep(way(mine, s3_server, "move"), task="move").once()
    moved = objects(s3_server, "done/")
    assert sorted(moved.values()) == [b"one", b"one", b"two"]
    assert all(key.startswith("done/Kiwi/a b+é.") and key.endswith(".jpg") for key in moved)
    assert {s3_server.client.head_object(Bucket=s3_server.bucket, Key=key)["Metadata"]["farm"] for key in moved} == {
        "7"
    }
    assert objects(s3_server) == {}


@pytest.mark.parametrize(
    ("mode", "request_"), [("delete", "delete_object"), ("move", "delete_object"), ("move", "copy_object")]
)
def test_overwritten_at_the_last_moment_it_stays(
    s3_server: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, request_: str
) -> None:
    if s3_server.server.name == "moto" and request_ == "copy_object":
        pytest.skip("moto ignores the condition of a copy")
    put(s3_server, "a.jpg", b"one")
    mine = orchard(tmp_path, s3_server)
    mine.featured()
    before(monkeypatch, request_, lambda: put(s3_server, "a.jpg", b"two"))
    mine.sweep(way(mine, s3_server, mode)).once()
    assert objects(s3_server) == {"in/a.jpg": b"two"}
    assert set(objects(s3_server, "done/").values()) <= {b"one"}
    assert Progress.read(mine.lake).left == []


def test_gone_at_the_last_moment_is_no_trouble(s3_server: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(s3_server, "a.jpg", b"one")
    mine = orchard(tmp_path, s3_server)
    mine.featured()
    before(
        monkeypatch, "delete_object", lambda: s3_server.client.delete_object(Bucket=s3_server.bucket, Key="in/a.jpg")
    )
    mine.sweep(way(mine, s3_server)).once()
    assert Progress.read(mine.lake).problem is None


def test_the_tag_is_added_to_those_that_are_there(s3_server: S3, tmp_path: Path) -> None:
    put(s3_server, "a.jpg", b"one", Tagging="farm=7")
    put(s3_server, "b.jpg", b"two")
    mine = orchard(tmp_path, s3_server)
    mine.featured()
    put(s3_server, "b.jpg", b"new")
    for _ in range(2):
        mine.sweep(way(mine, s3_server, "tag"), task="tag").once()
    assert tags(s3_server, "a.jpg") == [{"Key": "farm", "Value": "7"}, *DONE]
    assert tags(s3_server, "b.jpg") == []
    assert [found.path for found in mine.new()] == [f"s3://{s3_server.bucket}/in/b.jpg"]


def test_a_tag_that_met_another_version_is_taken_off(
    s3_server: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(s3_server, "a.jpg", b"one")
    mine = orchard(tmp_path, s3_server)
    mine.featured()
    before(monkeypatch, "put_object_tagging", lambda: put(s3_server, "a.jpg", b"two"))
    sweep = mine.sweep(way(mine, s3_server, "tag"))
    sweep.once()
    assert tags(s3_server, "a.jpg") == []
    assert sweep.cleaned == 0


def test_in_a_bucket_with_versions_only_the_one_in_the_row_is_tagged_or_hidden(
    s3: Any, moto_server: Server, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    server = S3(moto_server, s3, bucket)
    put(server, "a.jpg", b"one")
    mine = orchard(tmp_path, server)
    mine.featured()
    first = s3.head_object(Bucket=bucket, Key="in/a.jpg")["VersionId"]
    with monkeypatch.context() as patch:
        before(patch, "get_object_tagging", lambda: put(server, "a.jpg", b"two"))
        mine.sweep(way(mine, server, "tag"), task="tag").once()
    assert tags(server, "a.jpg", VersionId=first) == DONE
    assert tags(server, "a.jpg") == []
    mine.featured()
    mine.sweep(way(mine, server)).once()
    assert objects(server) == {}
    versions = s3.list_object_versions(Bucket=bucket)
    assert len(versions["Versions"]) == 2
    assert len(versions["DeleteMarkers"]) == 1


def test_odd_keys_are_deleted_and_moved_as_they_are(s3: Any, moto_server: Server, bucket: str, tmp_path: Path) -> None:
    server = S3(moto_server, s3, bucket)
    for name in ODD:
        put(server, name, name.encode())
    mine = orchard(tmp_path, server)
    mine.featured()
    mine.sweep(way(mine, server, "move"), task="move").once()
    assert objects(server) == {}
    moved = objects(server, "done/")
    assert sorted(moved.values()) == sorted(name.encode() for name in ODD)
    for key, content in moved.items():
        assert key.rpartition("/")[0] == f"done/{content.decode()}".rpartition("/")[0]


def test_the_same_content_again_is_the_same_version_and_waits_as_long(
    s3: Any, moto_server: Server, bucket: str, tmp_path: Path
) -> None:
    server = S3(moto_server, s3, bucket)
    put(server, "a.jpg", b"one")
    mine = orchard(tmp_path, server)
    mine.featured(modified=datetime(2026, 1, 1, tzinfo=timezone.utc))  # the object there is younger
    mine.sweep(way(mine, server, after=WEEK)).once()
    assert list(objects(server)) == ["in/a.jpg"]
    assert Progress.read(mine.lake).left == [1]
    assert Progress.read(mine.lake).problem is None
    mine.sweep(way(mine, server, after=NONE)).once()
    assert objects(server) == {}
    assert Progress.read(mine.lake).left == []


def test_back_to_an_earlier_content_is_another_version(
    s3: Any, moto_server: Server, bucket: str, tmp_path: Path
) -> None:
    """A, B, A: the ETag is that of the first row, but the version is the third, which has none."""
    server = S3(moto_server, s3, bucket)
    mine = orchard(tmp_path, server)
    for content in (b"one", b"two"):
        put(server, "a.jpg", content)
        mine.featured()
    put(server, "a.jpg", b"one")
    mine.announce(mine.new())
    mine.sweep(way(mine, server)).once()
    assert objects(server) == {"in/a.jpg": b"one"}


def test_refused_it_is_told_and_tried_again(
    s3: Any, moto_server: Server, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = S3(moto_server, s3, bucket)
    for name in ("a.jpg", "b.jpg"):
        put(server, name, b"one")
    mine = orchard(tmp_path, server)
    mine.featured()

    def refuse() -> None:
        from botocore.exceptions import ClientError

        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DeleteObject")

    with monkeypatch.context() as patch:
        before(patch, "delete_object", refuse)
        mine.sweep(way(mine, server)).once()
    assert list(objects(server)) == ["in/a.jpg"]
    said = Progress.read(mine.lake).problem or ""
    assert said == f"1 pictures can't be cleaned yet, such as s3://{bucket}/in/a.jpg: AccessDenied: no"
    mine.sweep(way(mine, server)).once()
    assert objects(server) == {}
    assert Progress.read(mine.lake).problem is None


def test_a_server_that_is_away_ends_the_pass_and_nothing_is_passed_over(
    s3: Any, moto_server: Server, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = S3(moto_server, s3, bucket)
    for number in range(5):
        put(server, f"{number}.jpg", b"one")
    mine = orchard(tmp_path, server)
    mine.featured()
    with monkeypatch.context() as patch:
        patch.setattr(s3_cleaning, "boto3_client", lambda timeout_s: Server("", "http://127.0.0.1:9").client())
        with pytest.raises(CleaningError, match=r"cleaning stopped: s3://.*2\.jpg: connection"):
            mine.sweep(way(mine, server)).once()
    assert len(objects(server)) == 5
    mine.sweep(way(mine, server)).once()
    assert objects(server) == {}
