"""The calls to SQS that a receiver makes, each bounded in time."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from conf.sqs import boto3_kwargs, is_url
from streaming.landing.events.inflight import Receipt, Received
from streaming.landing.events.queue_errors import queue_error
from streaming.stores.s3_errors import AnswerError, boto3_errors

#: SQS takes, and gives, ten messages at most in one call, and waits 20 s at most for the first of them.
BATCH = 10
MAX_WAIT_S = 20

#: One call ends within 5 s, four of them within 15 s unless each of the first three takes nearly its time.
_CONNECT_S, _ANSWER_S = 2.0, 3.0


class QueueClient:
    """A queue by its URL or its name; for any number of threads. Each method raises QueueError."""

    def __init__(self, queue: str) -> None:
        self._queue = queue
        self._clients: dict[int, Any] = {}
        self._making = threading.Lock()

    def receive(self, wait_s: int, visibility_s: int) -> list[Received]:
        """Up to ten messages, as soon as there are any, none after `wait_s` seconds; ours for `visibility_s`."""
        with self._said("ReceiveMessage"):
            answer = self._client(wait_s).receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=BATCH,
                WaitTimeSeconds=wait_s,
                VisibilityTimeout=visibility_s,
            )
        return [_received(message) for message in answer.get("Messages", ())]

    def delete(self, receipts: Sequence[Receipt]) -> list[str]:
        """Delete up to ten messages; the ids of those that could not be, though asking again may help."""
        with self._said("DeleteMessage"):
            entries = [{"Id": str(n), "ReceiptHandle": r.handle} for n, r in enumerate(receipts)]
            answer = self._client().delete_message_batch(QueueUrl=self._url, Entries=entries)
        return [receipts[int(f["Id"])].message_id for f in answer.get("Failed", ()) if not f.get("SenderFault")]

    def hold(self, receipts: Sequence[Receipt], visibility_s: int) -> int:
        """Keep up to ten messages for `visibility_s` from now on, 0: give them back; how many could not be."""
        with self._said("ChangeMessageVisibility"):
            entries = [
                {"Id": str(n), "ReceiptHandle": r.handle, "VisibilityTimeout": visibility_s}
                for n, r in enumerate(receipts)
            ]
            answer = self._client().change_message_visibility_batch(QueueUrl=self._url, Entries=entries)
        return len(answer.get("Failed", ()))

    @cached_property
    def _url(self) -> str:
        if is_url(self._queue):
            return self._queue
        with self._said("GetQueueUrl"):
            url: str = self._client().get_queue_url(QueueName=self._queue)["QueueUrl"]
        return url

    def _client(self, wait_s: int = 0) -> Any:
        """One for each time that an answer may take; botocore renews its credentials."""
        with self._making:
            if wait_s not in self._clients:
                self._clients[wait_s] = _new_client(self._queue, wait_s)
            return self._clients[wait_s]

    @contextmanager
    def _said(self, action: str) -> Iterator[None]:
        try:
            with boto3_errors():
                yield
        except AnswerError as e:
            raise queue_error(self._queue, action, e) from e
        except ValueError as e:  # an endpoint that is no URL
            raise queue_error(self._queue, action, AnswerError("connection", str(e))) from e


def _new_client(queue: str, wait_s: int) -> Any:
    import boto3
    from botocore.config import Config

    limits = Config(
        connect_timeout=_CONNECT_S,
        read_timeout=wait_s + _ANSWER_S,
        retries={"mode": "standard", "total_max_attempts": 1},  # the caller tries again, and says so meanwhile
        max_pool_connections=50,
    )
    return boto3.session.Session().client("sqs", config=limits, **boto3_kwargs(queue))


def _received(message: dict[str, Any]) -> Received:
    return Received(message["MessageId"], message["ReceiptHandle"], message["Body"])
