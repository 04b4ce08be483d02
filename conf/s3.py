"""S3 as the usual AWS variables say it: endpoint, region and keys, in the words of each library.

What is not set is left out, so that a library's own chain (instance role, container credentials) goes on.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from conf.errors import SettingsError

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from botocore.config import Config
    from botocore.model import OperationModel
    from obstore.store import ClientConfig, S3Config

#: Without a user and password: Spark would show them in its UI and in the list of processes. Other hosts than these
#: end obstore and delta-rs in a panic.
_ADDRESS = re.compile(
    r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]+)?(?:/[!\"$->@-~]*)?", re.IGNORECASE | re.ASCII
)
_KEY = re.compile(r"[!-~]+")
#: Servers other than AWS take any region, but each client wants one.
_ANY_REGION = "us-east-1"
#: How long an endpoint that is away is asked: delta-rs would do so for three minutes, S3A for more than four.
DELTA_PATIENCE = {"connect_timeout": "3s", "timeout": "60s", "max_retries": "5", "retry_timeout": "12s"}
S3A_PATIENCE = {
    "spark.hadoop.fs.s3a.attempts.maximum": "5",
    "spark.hadoop.fs.s3a.retry.limit": "4",
    "spark.hadoop.fs.s3a.connection.establish.timeout": "5s",
}
#: For each connection, and then for each byte; an endpoint that is silent is asked twice, not for five minutes.
BOTO3_PATIENCE = {
    "connect_timeout": 3,
    "read_timeout": 20,
    "retries": {"mode": "standard", "total_max_attempts": 2},
}
#: Uploads: over a new connection botocore also ends a body by connect_timeout, when the server takes nothing for so
#: long; and a server may be silent while it puts the parts together.
UPLOAD_PATIENCE = BOTO3_PATIENCE | {"connect_timeout": 20, "read_timeout": 60}
#: Variables in the spelling of delta-rs and obstore: AWS has none for these.
_PAYER, _ALGORITHM, _KMS_KEY = "AWS_REQUEST_PAYER", "AWS_SERVER_SIDE_ENCRYPTION", "AWS_SSE_KMS_KEY_ID"
_S3A_ALGORITHMS = {"aws:kms": "SSE-KMS", "AES256": "SSE-S3", "aws:kms:dsse": "DSSE-KMS"}
_PROFILE_PROVIDER = "software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider"


def endpoint() -> str | None:
    """The address of an S3 server other than AWS: AWS_ENDPOINT_URL_S3, else AWS_ENDPOINT_URL.

    Raises:
        SettingsError: it is no address; obstore and delta-rs would panic.
    """
    url = _first("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
    if url is not None and not (_ADDRESS.fullmatch(url) and _has_port(url)):
        raise SettingsError(f"AWS_ENDPOINT_URL = {url!r} is no address: set it as in http://127.0.0.1:9000")
    return url


def unset_empty() -> None:
    """AWS variables set to nothing are unset from now on: delta-rs and obstore take an empty address for one."""
    for name in [name for name, value in os.environ.items() if name.startswith("AWS_") and not value]:
        del os.environ[name]


def region() -> str | None:
    """AWS_REGION, else AWS_DEFAULT_REGION, else any one where there is an endpoint."""
    return _first("AWS_REGION", "AWS_DEFAULT_REGION") or (_ANY_REGION if endpoint() else None)


def obstore_config() -> "S3Config":
    """For `obstore.store.S3Store(bucket, config=...)`: path-style addressing when an endpoint is set."""
    config: S3Config = {}
    if url := endpoint():
        config["endpoint"] = url
        config["virtual_hosted_style_request"] = False
    if name := region():
        config["region"] = name
    keys = _keys()
    if keys:
        config["access_key_id"] = keys["access_key_id"]
        config["secret_access_key"] = keys["secret_access_key"]
    if "session_token" in keys:
        config["session_token"] = keys["session_token"]
    if requester_pays():
        config["request_payer"] = True
    if algorithm := encryption():
        config["server_side_encryption"] = algorithm
    if key := _first(_KMS_KEY):
        config["sse_kms_key_id"] = key
    return config


def obstore_client_options() -> "ClientConfig":
    """For `S3Store(client_options=...)`: plain HTTP is allowed when the endpoint is one."""
    return {"allow_http": True} if _plain_http() else {}


def boto3_kwargs() -> dict[str, Any]:
    """For `boto3.client("s3", ...)`: path-style addressing when an endpoint is set."""
    from botocore.config import Config

    kwargs: dict[str, Any] = {f"aws_{name}": value for name, value in _keys().items()}
    if url := endpoint():
        kwargs |= {"endpoint_url": url, "config": Config(s3={"addressing_style": "path"})}
    if name := region():
        kwargs["region_name"] = name
    return kwargs


def s3_client(limits: "Config | None" = None) -> "BaseClient":
    """A new boto3 client for S3, whose credentials refresh themselves; it pays and encrypts as the variables say.

    `limits` go before BOTO3_PATIENCE.
    """
    import boto3
    from botocore.config import Config

    kwargs = boto3_kwargs()
    config = Config(**BOTO3_PATIENCE).merge(kwargs.get("config", Config()))
    kwargs["config"] = config if limits is None else config.merge(limits)
    with _sentences():
        client: BaseClient = boto3.session.Session().client("s3", **kwargs)
    client.meta.events.register("provide-client-params.s3", _pay_and_encrypt)
    return client


def upload_client() -> "BaseClient":
    """The same for what may be large."""
    from botocore.config import Config

    return s3_client(Config(**UPLOAD_PATIENCE))


def delta_storage_options() -> dict[str, str]:
    """For delta-rs (`DeltaTable(uri, storage_options=...)`): a commit is a put that fails if it exists."""
    options = {f"AWS_{name.upper()}": value for name, value in _keys().items()}
    options |= {"AWS_CONDITIONAL_PUT": "etag", **DELTA_PATIENCE}
    if url := endpoint():
        options |= {"AWS_ENDPOINT_URL": url, "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "false"}
    if name := region():
        options["AWS_REGION"] = name
    if _plain_http():
        options["AWS_ALLOW_HTTP"] = "true"
    if "AWS_ACCESS_KEY_ID" not in options and os.environ.get("AWS_PROFILE"):
        options |= _of_profile()
    options |= {name: value for name, value in ((_ALGORITHM, encryption()), (_KMS_KEY, _first(_KMS_KEY))) if value}
    if requester_pays():
        options[_PAYER] = "true"
    return options


def s3a_conf() -> dict[str, str]:
    """For Spark: `s3://` is S3A, as on EMR. Without keys: they would be seen in the list of processes.

    The JVM reads AWS_ACCESS_KEY_ID and its companions itself, and Spark hands them to executors.
    """
    conf = {
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "spark.hadoop.fs.AbstractFileSystem.s3.impl": "org.apache.hadoop.fs.s3a.S3A",
    } | S3A_PATIENCE
    if url := endpoint():
        conf |= {"spark.hadoop.fs.s3a.endpoint": url, "spark.hadoop.fs.s3a.path.style.access": "true"}
        conf["spark.hadoop.fs.s3a.connection.ssl.enabled"] = str(not _plain_http()).lower()
    if name := region():
        conf["spark.hadoop.fs.s3a.endpoint.region"] = name
    if os.environ.get("AWS_PROFILE") and not _keys():
        conf["spark.hadoop.fs.s3a.aws.credentials.provider"] = _PROFILE_PROVIDER
    if requester_pays():
        conf["spark.hadoop.fs.s3a.requester.pays.enabled"] = "true"
    if algorithm := encryption():
        conf["spark.hadoop.fs.s3a.encryption.algorithm"] = _S3A_ALGORITHMS[algorithm]
    if key := _first(_KMS_KEY):
        conf["spark.hadoop.fs.s3a.encryption.key"] = key
    return conf


def requester_pays() -> bool:
    """Whether requests are paid by who makes them: AWS_REQUEST_PAYER is "requester" or "true"."""
    return os.environ.get(_PAYER, "").lower() in {"requester", "true", "1"}


def encryption() -> str | None:
    """How S3 is asked to encrypt what is written: AWS_SERVER_SIDE_ENCRYPTION, such as "aws:kms"; None: as it likes.

    Raises:
        SettingsError: it is none of S3's ways; each library would complain in words of its own.
    """
    algorithm = _first(_ALGORITHM)
    if algorithm is not None and algorithm not in _S3A_ALGORITHMS:
        raise SettingsError(f"{_ALGORITHM} = {algorithm!r} must be one of {', '.join(_S3A_ALGORITHMS)}, or not be set")
    return algorithm


def _pay_and_encrypt(params: dict[str, Any], model: "OperationModel", **_: object) -> dict[str, Any]:
    """What a request is given beside its own parameters, if its operation takes them."""
    wanted = {
        "RequestPayer": "requester" if requester_pays() else None,
        "ServerSideEncryption": encryption(),
        "SSEKMSKeyId": _first(_KMS_KEY),
    }
    taken = model.input_shape.members if model.input_shape else {}
    return {name: value for name, value in wanted.items() if value and name in taken} | params


def _of_profile() -> dict[str, str]:
    """The keys of AWS_PROFILE as they are now, for delta-rs, which reads no profiles."""
    import botocore.session

    with _sentences():
        found = botocore.session.Session().get_credentials()
        if found is None:
            return {}
        frozen = found.get_frozen_credentials()
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    return {n: v for n, v in zip(names, (frozen.access_key, frozen.secret_key, frozen.token), strict=True) if v}


@contextmanager
def _sentences() -> Iterator[None]:
    """What is wrong with the variables themselves, such as a profile that isn't there, is the user's to mend."""
    from botocore.exceptions import BotoCoreError

    try:
        yield
    except (BotoCoreError, ValueError) as error:
        raise SettingsError(
            f"AWS can't be reached with AWS_PROFILE, AWS_ENDPOINT_URL or AWS_REGION as set: {error}"
        ) from error


def _first(*variables: str) -> str | None:
    return next((os.environ[name] for name in variables if os.environ.get(name)), None)


def _has_port(url: str) -> bool:
    """One that can be, or none."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _plain_http() -> bool:
    return (endpoint() or "").lower().startswith("http://")


def _keys() -> dict[str, str]:
    """access_key_id, secret_access_key and, where set, session_token; empty unless the pair is complete.

    Raises:
        SettingsError: one has characters that no key has: libraries would print it, or panic.
    """
    names = ("access_key_id", "secret_access_key", "session_token")
    keys = {name: value for name in names if (value := os.environ.get(f"AWS_{name.upper()}"))}
    for name, value in keys.items():
        if not _KEY.fullmatch(value):
            raise SettingsError(
                f"AWS_{name.upper()} has a space, a line's end or another character that no key has: set it anew"
            )
    return keys if names[0] in keys and names[1] in keys else {}
