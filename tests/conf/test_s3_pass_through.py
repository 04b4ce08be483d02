"""What S3 is asked beside the request itself: who pays, how it is encrypted, whose profile; in each library's words."""

from pathlib import Path

import pytest

from conf import s3
from conf.errors import SettingsError


@pytest.fixture
def paid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REQUEST_PAYER", "requester")
    monkeypatch.setenv("AWS_SERVER_SIDE_ENCRYPTION", "aws:kms")
    monkeypatch.setenv("AWS_SSE_KMS_KEY_ID", "arn:aws:kms:eu-west-1:1:key/2")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAFORTESTS")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")


@pytest.mark.usefixtures("paid")
def test_payer_and_encryption_reach_every_library() -> None:
    obstore = s3.obstore_config()
    assert (obstore["request_payer"], obstore["server_side_encryption"]) == (True, "aws:kms")
    delta = s3.delta_storage_options()
    assert (delta["AWS_REQUEST_PAYER"], delta["AWS_SSE_KMS_KEY_ID"]) == ("true", "arn:aws:kms:eu-west-1:1:key/2")
    s3a = s3.s3a_conf()
    assert s3a["spark.hadoop.fs.s3a.requester.pays.enabled"] == "true"
    assert s3a["spark.hadoop.fs.s3a.encryption.algorithm"] == "SSE-KMS"


@pytest.mark.usefixtures("paid")
def test_boto3_adds_to_each_request_what_its_operation_takes() -> None:
    sent: dict[str, dict[str, str]] = {}
    client = s3.s3_client()

    def keep(params: dict[str, dict[str, str]], model: object, **_: object) -> None:
        sent[model.name] = params["headers"]  # type: ignore[attr-defined]
        raise InterruptedError

    client.meta.events.register("before-call.s3", keep)
    for operation in ("put_object", "get_object", "list_objects_v2"):
        with pytest.raises(InterruptedError):
            getattr(client, operation)(Bucket="b", **({} if operation == "list_objects_v2" else {"Key": "k"}))
    assert sent["PutObject"]["x-amz-server-side-encryption"] == "aws:kms"
    assert {headers["x-amz-request-payer"] for headers in sent.values()} == {"requester"}
    assert "x-amz-server-side-encryption" not in sent["GetObject"]


def test_a_profile_reaches_delta_rs_and_s3a(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text("[orchard]\naws_access_key_id = AKIAORCHARD\naws_secret_access_key = s\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_PROFILE", "orchard")
    assert s3.delta_storage_options()["AWS_ACCESS_KEY_ID"] == "AKIAORCHARD"
    assert s3.s3a_conf()["spark.hadoop.fs.s3a.aws.credentials.provider"].endswith("ProfileCredentialsProvider")


def test_a_way_to_encrypt_that_s3_has_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SERVER_SIDE_ENCRYPTION", "foo")
    for ask in (s3.obstore_config, s3.delta_storage_options, s3.s3a_conf):
        with pytest.raises(SettingsError, match=r"AWS_SERVER_SIDE_ENCRYPTION = 'foo' must be one of aws:kms, AES256"):
            ask()


def test_nothing_is_asked_that_was_not_set() -> None:
    assert not {"request_payer", "server_side_encryption"} & set(s3.obstore_config())
    assert "spark.hadoop.fs.s3a.encryption.algorithm" not in s3.s3a_conf()
