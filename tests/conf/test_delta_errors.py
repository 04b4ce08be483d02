"""An S3 that refuses, or is not there, is one line."""

import pytest
from deltalake.exceptions import DeltaError

from conf.delta_errors import reason
from conf.errors import SettingsError
from conf.lake import Lake, LakeError
from schemas.features import FEATURES
from tests.servers.fixtures import S3


def message(lake: str) -> str:
    with pytest.raises(LakeError) as caught:
        Lake(lake).open(FEATURES)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_an_endpoint_that_is_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    assert "Connection refused (os error 111), asking http://127.0.0.1:9/" in message("s3://bucket/lake")


def test_a_missing_profile_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(SettingsError, match=r"AWS_PROFILE.*nobody"):
        Lake("s3://bucket/lake").open(FEATURES)


def test_an_endpoint_that_is_no_address_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nonsense")
    with pytest.raises(SettingsError, match="AWS_ENDPOINT_URL = 'nonsense' is no address"):
        Lake("s3://bucket/lake").open(FEATURES)


def test_the_cause_is_said_and_not_where_rust_was() -> None:
    trace = "\n   0: <unknown>\n  13: clone3\n             at ./misc/../sysdeps/unix/sysv/linux/x86_64/clone3.S:81:0\n"
    assert (
        reason(DeltaError(f"Kernel error: Json error: unexpected 'g'{trace}"))
        == "Kernel error: Json error: unexpected 'g'"
    )


def test_no_keys_at_all_are_said_with_what_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert "no AWS credentials were found; tried AWS_ACCESS_KEY_ID" in message("s3://bucket/lake")


@pytest.mark.s3
def test_a_missing_bucket_is_named(s3_server: S3) -> None:
    assert "NoSuchBucket: " in message("s3://no-such-bucket/lake")


@pytest.mark.s3
@pytest.mark.parametrize("s3_server", ["versitygw"], indirect=True)  # moto takes any key
def test_a_wrong_key_is_said_without_it(s3_server: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-the-secret")
    text = message(f"s3://{s3_server.bucket}/lake")
    assert "SignatureDoesNotMatch: " in text
    assert "not-the-secret" not in text
