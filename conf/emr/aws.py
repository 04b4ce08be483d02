"""The AWS services that a deployment talks to, and what is wrong with them in one sentence."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from conf.errors import FailedError, UserError
from conf.masking import masked
from conf.s3 import region, s3_client

_REFUSED_KEYS = frozenset(
    {
        "ExpiredToken", "ExpiredTokenException", "IncompleteSignature", "InvalidAccessKeyId", "InvalidClientTokenId",
        "InvalidToken", "MissingAuthenticationToken", "RequestExpired", "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)  # fmt: skip
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "403", "UnauthorizedOperation"})
#: What botocore can't begin without, by the name of its exception.
_SETUP = {
    "NoRegionError": "no AWS region is known: set AWS_REGION",
    "NoCredentialsError": (
        "no AWS credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or use a role"
    ),
}
#: Parts of the names of botocore's exceptions about credentials that are there and no good.
_KEYS = ("Credential", "Token", "Profile", "Config")


@dataclass(frozen=True)
class Aws:
    """A client of each service."""

    cloudformation: Any
    emr: Any
    s3: Any
    glue: Any


def connect() -> Aws:
    """Clients as the usual AWS variables say. Nothing is asked yet."""
    import boto3
    from botocore.config import Config

    session = boto3.session.Session()
    limits = Config(connect_timeout=60, read_timeout=60, retries={"mode": "standard", "total_max_attempts": 5})

    def client(service: str) -> Any:
        return session.client(service, region_name=region(), config=limits)

    return Aws(client("cloudformation"), client("emr-serverless"), s3_client(limits), client("glue"))


@contextmanager
def aws_sentences() -> Iterator[None]:
    """What AWS refuses, and that it does not answer, becomes UserError or FailedError.

    What a deployment has done by then stays, and is not done again by the next one.
    """
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except Boto3Error as error:  # an upload's own exception hides what S3 said
        raise _told(error.__context__ or error) from error
    except (ClientError, BotoCoreError) as error:
        raise _told(error) from error


def _told(error: BaseException) -> UserError | FailedError:
    from botocore.exceptions import ClientError

    if isinstance(error, ClientError):
        told = error.response.get("Error", {})
        return _answered(error.operation_name, str(told.get("Code", "")), masked(str(told.get("Message", ""))))
    if sentence := _SETUP.get(type(error).__name__):
        return UserError(f"{sentence}.")
    if any(part in type(error).__name__ for part in _KEYS):
        return UserError(
            f"the AWS credentials can't be used ({masked(str(error)).rstrip('.')}): set AWS_PROFILE to one that is "
            "there, sign in again, or get new keys."
        )
    return FailedError(
        f"AWS can't be reached ({masked(str(error))}): check the network, AWS_REGION and AWS_ENDPOINT_URL, and run it "
        "again."
    )


def _answered(operation: str, code: str, message: str) -> UserError | FailedError:
    if code in _REFUSED_KEYS:  # the answer's own sentence may quote the request
        return UserError(f"the AWS keys were refused ({code}): check AWS_ACCESS_KEY_ID and what goes with it.")
    if code in _DENIED:
        return UserError(
            f"{operation} is not allowed to these AWS keys ({message or code}): give them that right, as "
            "conf/emr/README.md lists what a deployment needs, and run it again."
        )
    detail = f"{code}: {message}".rstrip(": ").rstrip(".")
    return FailedError(f"AWS answered {operation} with {detail}; what is done by now stays, run it again.")


def pages(operation: Callable[..., Any], result: str, **request: Any) -> Iterator[Any]:
    """Each item under `result` in all pages of an operation that hands out a `nextToken` (or `NextToken`)."""
    token: dict[str, str] = {}
    while True:
        page = operation(**request, **token)
        yield from page[result]
        token = {name: page[name] for name in ("nextToken", "NextToken") if page.get(name)}
        if not token:
            return
