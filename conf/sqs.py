"""SQS as the usual AWS variables and the queue's own URL say it.

Keys are left to botocore, which also renews those of a role, a container or an instance.
"""

import os
import re
from typing import Any
from urllib.parse import urlsplit

from conf import s3

#: Hosts of queue URLs: `sqs.eu-west-1.amazonaws.com`, with `.cn`, of a VPC endpoint (`vpce-1.sqs.eu-west-1.vpce.…`),
#: and the older `eu-west-1.queue.amazonaws.com`.
_REGION = re.compile(r"(?:^|\.)sqs(?:-fips)?\.([a-z]{2}-[a-z0-9-]+)\.|^([a-z]{2}-[a-z0-9-]+)\.queue\.amazonaws\.")


def endpoint(queue: str) -> str | None:
    """Where SQS is: AWS_ENDPOINT_URL_SQS, else AWS_ENDPOINT_URL, else the server that the queue's URL names."""
    for name in ("AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL"):
        if url := os.environ.get(name):
            return url
    parts = urlsplit(queue)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if is_url(queue) else None


def region(queue: str) -> str | None:
    """The region that the queue's URL names, else AWS_REGION or AWS_DEFAULT_REGION, else any where there is no AWS."""
    named = _REGION.search(urlsplit(queue).hostname or "") if is_url(queue) else None
    if named:
        return named[1] or named[2]
    return s3.region() or ("us-east-1" if endpoint(queue) else None)


def is_url(queue: str) -> bool:
    """Whether a queue is given by its URL, not by its name."""
    return queue.lower().startswith(("https://", "http://"))


def boto3_kwargs(queue: str) -> dict[str, Any]:
    """For `boto3.client("sqs", ...)`; what is not known is left out, for botocore's own chain to find."""
    found = {"endpoint_url": endpoint(queue), "region_name": region(queue)}
    return {name: value for name, value in found.items() if value}
