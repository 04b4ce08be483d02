"""AWS variables in the words of obstore, boto3, delta-rs and S3A."""

import json
import os
import pickle
import socket
import threading
import time

import boto3
import pytest
from botocore.config import Config
from obstore.store import S3Store

from conf import s3
from conf.errors import SettingsError

#: More than lies in buffers on the way.
SIZE = 20 * 2**20
SECRET = "wJalrXUtnFEMI/K7MDENG"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> str:
    """Variables for an S3 server on plain HTTP, with keys."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9000")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    return "http://127.0.0.1:9000"


def test_without_variables_each_library_goes_its_own_way() -> None:
    assert s3.obstore_config() == {}
    assert s3.obstore_client_options() == {}
    assert s3.boto3_kwargs() == {}
    assert s3.delta_storage_options() == {"AWS_CONDITIONAL_PUT": "etag", **s3.DELTA_PATIENCE}
    assert all(".impl" in key or key in s3.S3A_PATIENCE for key in s3.s3a_conf())


def test_obstore_takes_its_configuration(server: str) -> None:
    config = s3.obstore_config()
    store = S3Store("bucket", config=config, client_options=s3.obstore_client_options())
    assert store.config["endpoint"] == server
    assert config["virtual_hosted_style_request"] is False
    assert config["region"] == "us-east-1"
    assert config["secret_access_key"] == SECRET


def test_boto3_takes_its_arguments(server: str) -> None:
    client = boto3.client("s3", **pickle.loads(pickle.dumps(s3.boto3_kwargs())))
    assert client.meta.endpoint_url == server
    assert client.meta.config.s3 == {"addressing_style": "path"}


def test_delta_may_use_plain_http(server: str) -> None:
    options = s3.delta_storage_options()
    assert options["AWS_ENDPOINT_URL"] == server
    assert options["AWS_ALLOW_HTTP"] == "true"
    assert options["AWS_SECRET_ACCESS_KEY"] == SECRET


def test_spark_gets_no_keys_because_its_settings_are_in_the_list_of_processes(server: str) -> None:
    conf = s3.s3a_conf()
    assert conf["spark.hadoop.fs.s3a.endpoint"] == server
    assert conf["spark.hadoop.fs.s3a.path.style.access"] == "true"
    assert conf["spark.hadoop.fs.s3a.connection.ssl.enabled"] == "false"
    assert SECRET not in json.dumps(conf)


def test_the_endpoint_for_s3_wins_over_the_general_one(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://s3.example.com")
    assert s3.endpoint() == "https://s3.example.com"
    assert s3.obstore_client_options() == {}
    assert "AWS_ALLOW_HTTP" not in s3.delta_storage_options()


def test_region_falls_back_to_the_default_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert s3.region() == "eu-west-1"
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    assert s3.region() == "eu-west-3"


@pytest.mark.parametrize("port", ["99999", "0", "x"])
def test_a_port_that_can_not_be_is_refused(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    refused(f"http://127.0.0.1:{port}", monkeypatch)


@pytest.mark.parametrize("host", ["é", "a|b", "%20", "[", "a:b", "", "\u212a", "a/\x01"])
def test_a_host_that_can_not_be_is_refused(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each would end obstore and delta-rs in a panic."""
    refused(f"http://{host}:1", monkeypatch)


@pytest.mark.parametrize("url", ["HTTP://Minio_1.local", "http://[::1]:9000/", "https://host:443/a/b~c@d"])
def test_other_addresses_are_taken(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    assert s3.endpoint() == url


def refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    with pytest.raises(SettingsError, match="is no address"):
        s3.endpoint()


def test_variables_set_to_nothing_are_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "")
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    s3.unset_empty()
    assert "AWS_ENDPOINT_URL" not in os.environ
    assert s3.region() == "eu-west-3"


@pytest.mark.parametrize("key", [f"{SECRET}\n", "two words", "\xff\xff"])
def test_a_key_that_can_not_be_is_refused_and_not_printed(
    server: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", key)
    with pytest.raises(SettingsError, match="AWS_SESSION_TOKEN has a space") as caught:
        s3.boto3_kwargs()
    assert key.strip() not in str(caught.value)


def test_a_sentence_holds_no_key(server: str) -> None:
    assert str(SettingsError(f"invalid header {SECRET}")) == "invalid header ********"


def test_a_session_token_goes_with_the_keys_only(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    assert s3.obstore_config()["session_token"] == "token"
    assert s3.boto3_kwargs()["aws_session_token"] == "token"
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "session_token" not in s3.obstore_config()


def test_a_client_gives_up_soon_unless_its_user_says_otherwise(server: str) -> None:
    ours = s3.s3_client().meta.config
    assert (ours.connect_timeout, ours.read_timeout, ours.retries["total_max_attempts"]) == (3, 20, 2)
    theirs = s3.s3_client(Config(read_timeout=5, retries={"total_max_attempts": 1})).meta.config
    assert (theirs.connect_timeout, theirs.read_timeout, theirs.retries["total_max_attempts"]) == (3, 5, 1)
    assert theirs.s3 == {"addressing_style": "path"}


def test_a_server_that_takes_nothing_for_a_while_ends_no_upload(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a new connection botocore ends a body that stands still for connect_timeout."""
    with socket.create_server(("127.0.0.1", 0)) as slow:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{slow.getsockname()[1]}")
        threading.Thread(target=take_slowly, args=(slow, 5.0), daemon=True).start()
        s3.upload_client().put_object(Bucket="b", Key="k", Body=b"x" * SIZE)


def take_slowly(server: socket.socket, pause_s: float) -> None:
    """Read one request, its body after a pause, and say that all is well."""
    connection, _ = server.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(pause_s)
        left = SIZE
        while left > 0:
            left -= len(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
