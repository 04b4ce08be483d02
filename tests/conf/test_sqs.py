"""Where a queue is."""

import pytest

from conf import sqs

AWS = "https://sqs.eu-west-1.amazonaws.com/123456789012/fruits"


@pytest.mark.parametrize(
    ("queue", "region"),
    [
        (AWS, "eu-west-1"),
        ("https://sqs.cn-north-1.amazonaws.com.cn/123456789012/fruits", "cn-north-1"),
        ("https://sqs-fips.us-gov-west-1.amazonaws.com/123456789012/fruits", "us-gov-west-1"),
        ("https://eu-west-1.queue.amazonaws.com/123456789012/fruits", "eu-west-1"),
        ("https://vpce-0a-1b.sqs.eu-west-3.vpce.amazonaws.com/123456789012/fruits", "eu-west-3"),
        ("http://sqs.eu-central-1.localhost.localstack.cloud:4566/000000000000/fruits", "eu-central-1"),
        ("https://queue.amazonaws.com/123456789012/fruits", "ap-south-1"),
        ("http://127.0.0.1:9324/queue/fruits", "ap-south-1"),
        ("fruits", "ap-south-1"),
    ],
)
def test_the_url_names_the_region_before_the_variable(queue: str, region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "ap-south-1")
    assert sqs.region(queue) == region


def test_without_aws_any_region_will_do() -> None:
    assert sqs.region("http://127.0.0.1:9324/queue/fruits") == "us-east-1"
    assert sqs.region("fruits") is None


def test_the_variables_say_where_sqs_is_before_the_url(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sqs.endpoint("fruits") is None
    assert sqs.endpoint(AWS) == "https://sqs.eu-west-1.amazonaws.com"
    assert sqs.endpoint("http://me:secret@127.0.0.1:9324/queue/fruits") == "http://127.0.0.1:9324"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://all")
    assert sqs.endpoint(AWS) == "http://all"
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", "http://sqs")
    assert sqs.boto3_kwargs(AWS) == {"endpoint_url": "http://sqs", "region_name": "eu-west-1"}


def test_what_is_not_known_is_left_to_botocore() -> None:
    assert sqs.boto3_kwargs("fruits") == {}
