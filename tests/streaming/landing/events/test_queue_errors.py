"""A queue that can't be used is one sentence, within 15 s."""

import socket
import time

import pytest

from conf.errors import UserError
from streaming.landing.events.queue import EventQueue, Polling
from tests.streaming.conftest import use_endpoint
from tests.streaming.landing.events.answers import Answer, answering, refusal
from tests.streaming.landing.events.services import eventually

URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/fruits"


def sentence(queue: str = URL) -> str:
    """What `check` says."""
    start = time.monotonic()
    with pytest.raises(UserError) as caught:
        EventQueue(queue).check()
    assert time.monotonic() - start < 15
    said = str(caught.value)
    assert queue.rpartition("@")[2] in said
    assert "\n" not in said
    return said


@pytest.mark.parametrize(
    ("action", "answer", "says"),
    [
        ("ReceiveMessage", refusal("QueueDoesNotExist"), "there is none in region eu-west-1 at http://127.0.0.1"),
        ("ReceiveMessage", refusal("UnrecognizedClientException"), "keys were refused (UnrecognizedClientException)"),
        ("ReceiveMessage", refusal("ExpiredToken"), "keys were refused (ExpiredToken)"),
        ("ReceiveMessage", refusal("AccessDenied", "User: me"), "ReceiveMessage is not allowed to these keys"),
        ("DeleteMessageBatch", refusal("AccessDenied", "User: me"), "DeleteMessage is not allowed to these keys"),
        ("ChangeMessageVisibilityBatch", refusal("AccessDenied"), "ChangeMessageVisibility is not allowed"),
        ("ReceiveMessage", refusal("OverLimit", "Too many"), "was answered with OverLimit: Too many"),
        ("ReceiveMessage", (503, {}), "ReceiveMessage at http://127.0.0.1"),
    ],
)  # fmt: skip
def test_each_refusal_says_what_was_tried(
    action: str, answer: Answer, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(**{action: answer}) as url:
        use_endpoint(monkeypatch, url)
        assert says in sentence()


def test_an_answer_that_quotes_the_request_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    quoting = "The Canonical String for this request should have been\n'POST\n/\nx-amz-security-token:SECRET'"
    with answering(ReceiveMessage=refusal("SignatureDoesNotMatch", quoting)) as url:
        use_endpoint(monkeypatch, url)
        assert "SECRET" not in sentence()


@pytest.mark.parametrize("code", ["ReceiptHandleIsInvalid", "InvalidParameterValue"])
def test_a_wrong_receipt_proves_the_right_to_use_one(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = refusal(code, "The input receipt handle is invalid")
    with answering(DeleteMessageBatch=refused, ChangeMessageVisibilityBatch=refused) as url:
        use_endpoint(monkeypatch, url)
        EventQueue(URL).check()


def test_a_name_needs_a_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAFORTESTS")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-the-tests")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    assert "no AWS region is known; set AWS_REGION" in sentence("fruits")


def test_keys_must_be_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    assert "no AWS credentials were found" in sentence()


def test_half_a_pair_of_keys_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAFORTESTS")
    assert "AWS_SECRET_ACCESS_KEY" in sentence()


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    use_endpoint(monkeypatch, "http://127.0.0.1:1")
    assert "ReceiveMessage failed at http://127.0.0.1:1" in sentence()
    assert "GetQueueUrl failed at http://127.0.0.1:1" in sentence("fruits")


def test_somebody_listens_and_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        use_endpoint(monkeypatch, f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert "no answer in the time allowed" in sentence()


@pytest.mark.parametrize("endpoint", ["localhost:9324", "http://name.invalid", "sqs"])
def test_an_endpoint_that_is_none_is_named(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use_endpoint(monkeypatch, endpoint)
    assert endpoint in sentence()


def test_no_password_of_an_endpoint_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    use_endpoint(monkeypatch, "http://me:secret@127.0.0.1:1")
    assert "secret" not in sentence()
    assert "secret" not in sentence("http://me:secret@127.0.0.1:1/queue/fruits")


def test_what_could_not_be_deleted_is_tried_again_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    message = {"MessageId": "m", "ReceiptHandle": "h", "Body": "{}"}
    answers: dict[str, Answer] = {
        "ReceiveMessage": (200, {"Messages": [message]}),
        "DeleteMessageBatch": (200, {"Failed": [{"Id": "0", "SenderFault": False, "Code": "InternalError"}]}),
    }
    with answering(**answers) as url:
        use_endpoint(monkeypatch, url)
        queue = EventQueue(URL, Polling(receivers=1, capacity=1))
        queue.check()
        queue.start()
        queue.delete(queue.take(1))
        eventually(lambda: queue.error == "1 messages could not be deleted; trying again")
        queue.close()
