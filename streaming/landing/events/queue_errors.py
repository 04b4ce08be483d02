"""What is wrong with a queue, in one sentence each."""

import re

from conf.errors import UserError
from conf.masking import masked
from conf.sqs import endpoint, is_url, region
from streaming.stores.s3_errors import AnswerError, described

#: By the code of the answer. "InvalidAddress": a URL of another region; "QueueDoesNotExist": of servers other than AWS.
_MISSING = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "InvalidAddress", "QueueDoesNotExist"})
_REFUSED_KEYS = frozenset(
    {
        "ExpiredToken", "ExpiredTokenException", "IncompleteSignature", "InvalidAccessKeyId", "InvalidClientTokenId",
        "InvalidSecurity", "MissingAuthenticationToken", "RequestExpired", "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)  # fmt: skip
_DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "KMS.AccessDeniedException",
        "KmsAccessDenied",
        "403",
    }
)
_AWAY = frozenset({"connection", "timeout"})

_NEEDED = "sqs:GetQueueUrl, sqs:ReceiveMessage, sqs:DeleteMessage and sqs:ChangeMessageVisibility"

#: What botocore could not begin without, by the name of its exception.
_SETUP = {
    "NoRegionError": "no AWS region is known; set AWS_REGION, or give the queue by its URL",
    "NoCredentialsError": "no AWS credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role",
}


class QueueError(UserError):
    """The queue can't be used: one sentence that says what was tried. `code` is that of the answer."""

    def __init__(self, sentence: str, code: str = "") -> None:
        super().__init__(sentence)
        self.code = code


def queue_error(queue: str, action: str, error: AnswerError) -> QueueError:
    """The sentence for what SQS answered, or did not, to `action` (`ReceiveMessage`, …)."""
    if setup := _SETUP.get(type(error.__cause__).__name__):
        return QueueError(f"the queue {masked(queue)} can't be used: {setup}")
    told = _in_xml(error)
    what = _reason(queue, action, told, masked(endpoint(queue) or "AWS"))
    return QueueError(f"the queue {masked(queue)} can't be used: {what}", told.reason)


def _in_xml(error: AnswerError) -> AnswerError:
    """Servers that know SQS's older protocol, too, may refuse in its XML: botocore takes all of it for the message."""
    told = re.search(r"<Code>(.*?)</Code>\s*<Message>(.*?)</Message>", error.detail, re.DOTALL)
    return AnswerError(told[1], told[2]) if told else error


def _reason(queue: str, action: str, error: AnswerError, where: str) -> str:
    if error.reason in _MISSING:
        named = "its URL" if is_url(queue) else "its name (or give its URL)"
        return f"there is none in region {region(queue)} at {where}; check {named}, AWS_REGION and the keys' account"
    if error.reason in _REFUSED_KEYS:
        # The answer's own sentence may quote the request, with its session token.
        return f"the AWS keys were refused ({error.reason}) at {where}; check AWS_ACCESS_KEY_ID and what goes with it"
    if error.reason in _DENIED:
        return f"{action} is not allowed to these keys ({described(error)}); the service needs {_NEEDED}"
    if error.reason in _AWAY:
        return f"{action} failed at {where} ({masked(error.detail)}); check the network and the AWS variables"
    return f"{action} at {where} was answered with {described(error)}"
