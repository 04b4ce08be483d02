import pickle
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import PictureError
from streaming.stores.names import NamePatterns
from streaming.stores.s3 import S3Store
from streaming.stores.s3_listing import spellable
from streaming.stores.store import Listed, Skipped, StoreError
from tests.servers.faults import EXPIRED, Refuse
from tests.servers.proxy import proxied
from tests.servers.server import Server
from tests.streaming.conftest import use_endpoint

pytestmark = pytest.mark.s3
FOUND_AT = datetime(2026, 1, 1, tzinfo=timezone.utc)
ODD = [
    "a b.jpg", "a+b.jpg", "%2F.jpg", "%41.jpg", "ü/é ñ.jpg", "🍎.jpg", "q'\".jpg", "x#12.jpg", "x?y.jpg",
    "&<>.jpg", "tr ail /x.jpg", "~*[]{}|\\^`.jpg", "e\u0301.jpg", "a//b.jpg", "a/./b.jpg", "a/../b.jpg",
    "/lead.jpg", "t\tab.jpg", "x\x01.jpg", "x\x7f.jpg", "x\x85.jpg", "=.jpg", " .jpg", "a/b...jpg/c.jpg",
    "end./x.jpg", "日本/語.jpg",
]  # fmt: skip


def put(s3: Any, bucket: str, *keys: str, body: bytes | None = None) -> None:
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode() if body is None else body)


def fill(bucket: str, keys: list[str]) -> None:
    """Into the server, which is in this process: thousands of requests would take seconds."""
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.s3.models import s3_backends

    backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    for key in keys:
        backend.put_object(bucket, key, b"x")


def keys(store: S3Store) -> list[str]:
    start = len(f"s3://{store.bucket}/{store.prefix}")
    return [found.path[start:] for found in store.list() if isinstance(found, Listed)]


def only(store: S3Store) -> Listed:
    (found,) = store.list()
    assert isinstance(found, Listed)
    return found


def read(store: S3Store, found: Listed, max_bytes: int = 1 << 20) -> bytes:
    return store.read(found.path, found.etag, max_bytes=max_bytes, timeout_s=5)


def failure(store: S3Store, found: Listed, max_bytes: int = 1 << 20) -> PictureError:
    with pytest.raises(PictureError) as error:
        read(store, found, max_bytes)
    assert "secret-of-the-tests" not in str(error.value)
    return error.value


def test_listing_and_stat_tell_the_same(s3: Any, bucket: str) -> None:
    put(s3, bucket, "in/Apple/1.jpg", "in/a.txt", "inn/2.jpg", "in/_tmp/3.jpg", body=b"one")
    found, other = S3Store(bucket, "in/").list()
    assert other == Skipped("a.txt", "fits no name pattern")
    assert isinstance(found, Listed)
    assert (found.path, found.size) == (f"s3://{bucket}/in/Apple/1.jpg", 3)
    assert found.etag == s3.head_object(Bucket=bucket, Key="in/Apple/1.jpg")["ETag"].strip('"')
    assert found.modified.utcoffset() is not None
    store = pickle.loads(pickle.dumps(S3Store(bucket, "in/")))
    assert store.stat(found.path) == found
    assert read(store, found) == b"one"
    assert not store.settles


@pytest.mark.parametrize("prefix", ["in/", "in//x/", "./", ""])
def test_odd_keys_are_listed_once_and_read(s3: Any, bucket: str, prefix: str) -> None:
    put(s3, bucket, *(prefix + key for key in ODD))
    store = S3Store(bucket, prefix)
    assert sorted(keys(store)) == sorted(ODD)
    for found in store.list():
        assert isinstance(found, Listed)
        assert read(store, found) == found.path.removeprefix(f"s3://{bucket}/").encode()
        assert store.stat(found.path) == found


@pytest.mark.parametrize("odd", ["in/k1005//x.jpg", "in//x.jpg", "in/k2399/./x.jpg", "in/k1000.jpg/", "in/z\x01.jpg"])
def test_odd_key_among_thousands_loses_and_doubles_none(s3: Any, bucket: str, odd: str) -> None:
    plain = [f"in/k{i:04d}.jpg" for i in range(2400)]
    fill(bucket, plain)
    put(s3, bucket, odd, body=b"")
    expected = sorted([*plain, odd] if odd.endswith("g") else plain)
    assert [f"in/{key}" for key in keys(S3Store(bucket, "in/"))] == expected


def test_folder_markers_are_not_pictures(s3: Any, bucket: str) -> None:
    put(s3, bucket, "in/", "in/x/", "in/a.jpg/", "in/b.jpg/", body=b"")
    put(s3, bucket, "in/b.jpg", body=b"")
    assert keys(S3Store(bucket, "in/")) == ["b.jpg"]


def test_empty_prefix_of_a_bucket_lists_nothing(s3: Any, bucket: str) -> None:
    assert keys(S3Store(bucket, "nothing/here/")) == []
    assert keys(S3Store(bucket, "")) == []


@pytest.mark.parametrize("key", ["in/1.jpg", "in/a//1.jpg"])
def test_overwritten_is_changed_and_deleted_is_gone(s3: Any, bucket: str, key: str) -> None:
    store = S3Store(bucket, "in/")
    put(s3, bucket, key, body=b"one")
    before = only(store)
    put(s3, bucket, key, body=b"two")
    assert failure(store, before).code == "changed"
    assert read(store, only(store)) == b"two"
    s3.delete_object(Bucket=bucket, Key=key)
    assert failure(store, before).code == "gone"
    assert store.stat(before.path) is None


@pytest.mark.parametrize("key", ["in/1.jpg", "in/a//1.jpg"])
def test_more_bytes_than_allowed_are_too_large(s3: Any, bucket: str, key: str) -> None:
    put(s3, bucket, key, body=b"x" * 3_000_000)
    store = S3Store(bucket, "in/")
    assert len(read(store, only(store), 3_000_000)) == 3_000_000
    assert failure(store, only(store), 2_999_999).code == "too_large"


@pytest.mark.parametrize("status", [400, 403])
@pytest.mark.parametrize("key", ["in/1.jpg", "in//1.jpg"])
def test_where_a_head_is_refused_a_listing_tells(
    s3: Any, bucket: str, moto_server: Server, monkeypatch: pytest.MonkeyPatch, status: int, key: str
) -> None:
    put(s3, bucket, key, f"{key}.jpg")
    store = S3Store(bucket, "in/")
    before = next(iter(store.list()))
    assert isinstance(before, Listed)
    with proxied(moto_server) as proxy:
        use_endpoint(monkeypatch, proxy.server.endpoint)
        proxy.fail(Refuse(status, "Refused"), lambda asked: asked.method == "HEAD")
        assert store.stat(before.path) == before
        s3.delete_object(Bucket=bucket, Key=key)
        assert store.stat(before.path) is None
        proxy.fail(EXPIRED)
        with pytest.raises(StoreError, match="can't be looked at: ExpiredToken"):
            store.stat(before.path)


def test_missing_bucket_is_named(s3: Any) -> None:
    store = S3Store("no-such-bucket", "in/")
    with pytest.raises(StoreError, match="s3://no-such-bucket/in/ can't be listed: NoSuchBucket"):
        list(store.list())
    for key in ("in/1.jpg", "in//1.jpg"):
        error = failure(store, Listed(f"s3://no-such-bucket/{key}", "e", 1, FOUND_AT))
        assert (error.code, "no-such-bucket" in error.detail) == ("unreachable", True)


def test_path_outside_the_landing_is_not_read(s3: Any, bucket: str) -> None:
    put(s3, bucket, "out/1.jpg")
    store = S3Store(bucket, "in/")
    for path in (f"s3://{bucket}/out/1.jpg", "s3://other/in/1.jpg", "file:///etc/hostname"):
        assert store.stat(path) is None
        assert failure(store, Listed(path, "e", 1, FOUND_AT)).code == "gone"


def test_names_can_be_anything_that_is_asked_for(s3: Any, bucket: str) -> None:
    put(s3, bucket, "in/x.jpg#12", "in/_x.jpg", "in/y.raw")
    assert keys(S3Store(bucket, "in/", NamePatterns(("*.jpg*",), hidden=True))) == ["_x.jpg", "x.jpg#12"]


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12) | st.text("/.a\t", min_size=1))
def test_spellable_is_what_obstore_keeps_as_it_is(key: str) -> None:
    from obstore.store import MemoryStore

    store = MemoryStore()
    try:
        store.put(key, b"")
        kept = [meta["path"] for chunk in store.list() for meta in chunk] == [key]
    except (ValueError, OSError):
        kept = False
    assert spellable(key) == kept


def test_temporary_credentials_are_looked_up_again(
    s3: Any, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(s3, bucket, "in/1.jpg")
    profile = tmp_path / "credentials"
    profile.write_text("[fruit]\naws_access_key_id = AKIAONE\naws_secret_access_key = one\n")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(profile))
    monkeypatch.setenv("AWS_PROFILE", "fruit")
    from streaming.stores.s3_clients import current_credentials, obstore_client

    obstore_client.cache_clear()
    assert keys(S3Store(bucket, "in/")) == ["1.jpg"]
    assert current_credentials()["access_key_id"] == "AKIAONE"
    profile.write_text(profile.read_text().replace("AKIAONE", "AKIATWO"))
    assert current_credentials()["access_key_id"] == "AKIATWO"
