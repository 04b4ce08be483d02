"""S3 as the usual AWS variables say it: endpoint, region and keys, in the words of each library.

What is not set is left out, so that a library's own chain (instance role, container credentials) goes on.
"""

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Config

#: Servers other than AWS take any region, but each client wants one.
_ANY_REGION = "us-east-1"


def endpoint() -> str | None:
    """The address of an S3 server other than AWS: AWS_ENDPOINT_URL_S3, else AWS_ENDPOINT_URL."""
    return _first("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")


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


def delta_storage_options() -> dict[str, str]:
    """For delta-rs (`DeltaTable(uri, storage_options=...)`): a commit is a put that fails if it exists."""
    options = {f"AWS_{name.upper()}": value for name, value in _keys().items()}
    options["AWS_CONDITIONAL_PUT"] = "etag"
    if url := endpoint():
        options |= {"AWS_ENDPOINT_URL": url, "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "false"}
    if name := region():
        options["AWS_REGION"] = name
    if _plain_http():
        options["AWS_ALLOW_HTTP"] = "true"
    return options


def s3a_conf() -> dict[str, str]:
    """For Spark: `s3://` is S3A, as on EMR. Without keys: they would be seen in the list of processes.

    The JVM reads AWS_ACCESS_KEY_ID and its companions itself, and Spark hands them to executors.
    """
    conf = {
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "spark.hadoop.fs.AbstractFileSystem.s3.impl": "org.apache.hadoop.fs.s3a.S3A",
    }
    if url := endpoint():
        conf |= {"spark.hadoop.fs.s3a.endpoint": url, "spark.hadoop.fs.s3a.path.style.access": "true"}
        conf["spark.hadoop.fs.s3a.connection.ssl.enabled"] = str(not _plain_http()).lower()
    if name := region():
        conf["spark.hadoop.fs.s3a.endpoint.region"] = name
    return conf


def _first(*variables: str) -> str | None:
    return next((os.environ[name] for name in variables if os.environ.get(name)), None)


def _plain_http() -> bool:
    return (endpoint() or "").lower().startswith("http://")


def _keys() -> dict[str, str]:
    """access_key_id, secret_access_key and, where set, session_token; empty unless the pair is complete."""
    names = ("access_key_id", "secret_access_key", "session_token")
    keys = {name: value for name in names if (value := os.environ.get(f"AWS_{name.upper()}"))}
    return keys if names[0] in keys and names[1] in keys else {}
