"""The AWS services that a message may come through, set up as a person would."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import Request, urlopen

import boto3

CREATED = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]


class Services:
    """S3 and SQS, with one queue; the others where they are needed."""

    def __init__(self, s3: Any, endpoint: str, name: str) -> None:
        self.s3, self._endpoint = s3, endpoint
        self.sqs = self._client("sqs")
        self.name = name
        self.url = self.new_queue(name)
        self.arn = self.attribute(self.url, "QueueArn")

    def _client(self, service: str) -> Any:
        return boto3.client(service, endpoint_url=self._endpoint, region_name="eu-west-1")

    def new_queue(self, name: str, **attributes: str) -> str:
        url: str = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return url

    def attribute(self, url: str, name: str) -> str:
        value: str = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name]
        return value

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=body)

    def sizes(self, url: str | None = None) -> tuple[int, int]:
        """How many messages can be received, and how many somebody holds."""
        visible, held = "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"
        return int(self.attribute(url or self.url, visible)), int(self.attribute(url or self.url, held))

    def connect_sqs(self, bucket: str) -> None:
        self._configure(bucket, QueueConfigurations=[{"QueueArn": self.arn, "Events": CREATED}])

    def connect_sns(self, bucket: str, raw: bool) -> None:
        sns = self._client("sns")
        topic = sns.create_topic(Name=self.name)["TopicArn"]
        raw_delivery = {"RawMessageDelivery": "true"} if raw else {}
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=self.arn, Attributes=raw_delivery)
        self._configure(bucket, TopicConfigurations=[{"TopicArn": topic, "Events": CREATED}])

    def connect_eventbridge(self, bucket: str) -> None:
        pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": [bucket]}}}
        events = self._client("events")
        events.put_rule(Name=self.name, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=self.name, Targets=[{"Id": "queue", "Arn": self.arn}])
        self._configure(bucket, EventBridgeConfiguration={})

    def redrive(self, after: int) -> str:
        """A dead-letter queue for what was received so many times; its URL."""
        dead = self.new_queue(f"{self.name}-dead")
        policy = {"deadLetterTargetArn": self.attribute(dead, "QueueArn"), "maxReceiveCount": after}
        self.sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"RedrivePolicy": json.dumps(policy)})
        return dead

    def guest(self) -> tuple[str, str]:
        """The keys of a user who may do nothing."""
        iam = self._client("iam")
        iam.create_user(UserName=self.name)
        made = iam.create_access_key(UserName=self.name)["AccessKey"]
        return made["AccessKeyId"], made["SecretAccessKey"]

    @contextmanager
    def checking_rights(self) -> Iterator[None]:
        """moto looks at keys and rights only when told to."""
        self._let_pass(0)
        try:
            yield
        finally:
            self._let_pass(float("inf"))

    def _let_pass(self, requests: float) -> None:
        content = {"Content-Type": "text/plain"}
        urlopen(Request(f"{self._endpoint}/moto-api/reset-auth", str(requests).encode(), content)).close()

    def _configure(self, bucket: str, **configuration: object) -> None:
        self.s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)


def eventually(holds: Callable[[], object], within_s: float = 10.0) -> None:
    """Wait until something is so."""
    until = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < until, "it was never so"
        time.sleep(0.05)
