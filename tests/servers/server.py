"""What every server is to a test: where it answers, and with which keys."""

from dataclasses import dataclass
from typing import Any

REGION = "eu-west-1"
ACCESS_KEY = "AKIAFORTESTS"
SECRET_KEY = "secret-of-the-tests"


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    name: str
    endpoint: str  #: "http://127.0.0.1:<port>"
    access_key: str = ACCESS_KEY
    secret_key: str = SECRET_KEY

    def variables(self) -> dict[str, str]:
        """The AWS variables that point a process to this server."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
        }

    def client(self, service: str = "s3") -> Any:
        """A new boto3 client for one of its services."""
        import boto3
        from botocore.config import Config

        return boto3.session.Session().client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(s3={"addressing_style": "path"}) if service == "s3" else None,
        )
