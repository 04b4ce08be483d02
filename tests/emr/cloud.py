"""An AWS of answers given beforehand: botocore checks each request and answer by its own models."""

import functools
import io
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime, timezone
from typing import Any

import boto3
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

from conf.emr.aws import Aws

NAME, REGION = "verger", "eu-west-1"
LAKE, LANDING = "verger-lake", "verger-landing"
STREAM_APPLICATION, REFIT_APPLICATION = "00stream", "00refit"
ARN = f"arn:aws:cloudformation:{REGION}:123456789012:stack/{NAME}/1"
ANY_ARN, LABEL = f"arn:aws:emr-serverless:{'x' * 60}", "emr-spark-8.1.0"
QUEUE = f"https://sqs.{REGION}.amazonaws.com/123456789012/verger-landing"
OUTPUTS = {
    "LandingBucket": LANDING,
    "LakeBucket": LAKE,
    "QueueUrl": QUEUE,
    "StreamApplicationId": STREAM_APPLICATION,
    "RefitApplicationId": REFIT_APPLICATION,
    "StreamRoleArn": "arn:aws:iam::123456789012:role/verger-stream",
    "RefitRoleArn": "arn:aws:iam::123456789012:role/verger-refit",
    "GlueDatabase": "fruits",
}
#: The parameters of the template in these tests, with their defaults.
DECLARED = dict.fromkeys(
    ("Name", "Release", "RefitJob", "LakePrefix", "PlotKey", "CleanSource", "MaxVcpuStream", "MaxMemoryStream",
     "MaxVcpuRefit", "MaxMemoryRefit", "TriggerSeconds", "DriverMemoryBytes", "WorkerMemoryBytes", "AlarmEmail"), ""
)  # fmt: skip
TEMPLATE = "Resources: {}\n"
NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


@functools.cache
def _session() -> boto3.session.Session:
    """One for all tests: it reads each service's model once, which takes most of a second."""
    return boto3.session.Session()


class Cloud:
    """Clients with a list of expected requests and their answers each; a request that is not expected fails."""

    def __init__(self) -> None:
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": REGION}
        services = ("cloudformation", "emr-serverless", "s3", "glue")
        clients = [_session().client(service, **keys) for service in services]
        self.aws = Aws(*clients)
        self.stubs = dict(zip(services, map(Stubber, clients), strict=True))

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Answers while this lasts; at its end all that was expected must have been asked."""
        with ExitStack() as stack:
            for stub in self.stubs.values():
                stack.enter_context(stub)
            yield
            for stub in self.stubs.values():
                stub.assert_no_pending_responses()

    def expect(self, service: str, operation: str, answer: dict[str, Any], **request: Any) -> None:
        self.stubs[service].add_response(operation, answer, request or None)

    def refuse(self, service: str, operation: str, code: str, message: str) -> None:
        self.stubs[service].add_client_error(operation, code, message)

    # CloudFormation

    def no_stack(self) -> None:
        self.refuse("cloudformation", "describe_stacks", "ValidationError", f"Stack with id {NAME} does not exist")

    def stack(self, status: str = "UPDATE_COMPLETE", parameters: Mapping[str, str] | None = None) -> None:
        described = {
            "StackName": NAME,
            "StackId": ARN,
            "CreationTime": NOON,
            "StackStatus": status,
            "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in (parameters or {}).items()],
            "Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in OUTPUTS.items()],
        }
        self.expect("cloudformation", "describe_stacks", {"Stacks": [described]}, StackName=NAME)

    def summary(self, template: str = TEMPLATE) -> None:
        declared = [{"ParameterKey": key, "DefaultValue": value} for key, value in DECLARED.items()]
        self.expect("cloudformation", "get_template_summary", {"Parameters": declared}, TemplateBody=template)

    def template(self, template: str = TEMPLATE) -> None:
        self.expect(
            "cloudformation", "get_template", {"TemplateBody": template}, StackName=NAME, TemplateStage="Original"
        )

    def change_set(
        self, parameters: Mapping[str, str], changes: list[dict[str, Any]], *, create: bool = False,
        template: str = TEMPLATE,
    ) -> None:  # fmt: skip
        self.expect(
            "cloudformation", "create_change_set", {}, StackName=NAME, ChangeSetName=ANY,
            ChangeSetType="CREATE" if create else "UPDATE", TemplateBody=template, ImportExistingResources=create,
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )  # fmt: skip
        found = {"Changes": [{"ResourceChange": change} for change in changes]}
        self.expect("cloudformation", "describe_change_set", {"Status": "CREATE_IN_PROGRESS"})
        for _ in range(2):
            self.expect("cloudformation", "describe_change_set", {"Status": "CREATE_COMPLETE", **found})

    def carried_out(self, status: str, events: tuple[tuple[str, str, str], ...] = ()) -> None:
        """The change set is executed and ends in `status`; `events`: resource, status, reason, the first one first.

        Before them, there is one of another change, which failed.
        """
        token: list[str] = []
        self.expect(
            "cloudformation", "execute_change_set", {}, StackName=NAME, ChangeSetName=ANY, ClientRequestToken=ANY
        )
        client = self.aws.cloudformation
        client.meta.events.register(
            "provide-client-params.cloudformation.ExecuteChangeSet",
            lambda params, **_: token.append(params["ClientRequestToken"]),
        )
        self.stack(status)
        all_events = (("Last week", "UPDATE_FAILED", "no more"), *events)
        told = [
            {"StackId": ARN, "EventId": str(n), "StackName": NAME, "Timestamp": NOON, "LogicalResourceId": name}
            | {"ResourceType": "AWS::Some::Thing", "ResourceStatus": state, "ResourceStatusReason": reason}
            for n, (name, state, reason) in enumerate(all_events)
        ][::-1]
        self.expect("cloudformation", "describe_stack_events", {"StackEvents": told}, StackName=NAME)
        # The token is made when the change set is: the answer gets it afterwards.
        client.meta.events.register(
            "after-call.cloudformation.DescribeStackEvents",
            lambda parsed, **_: [event.update(ClientRequestToken=token[-1]) for event in parsed["StackEvents"][:-1]],
        )

    # S3

    def objects(self, version: str, there: Mapping[str, str | None]) -> None:
        """What HEAD says of each file of a release: its checksum, or None where there is none."""
        for name, sha256 in there.items():
            if sha256 is None:
                self.stubs["s3"].add_client_error(
                    "head_object", "404", expected_params={"Bucket": LAKE, "Key": f"releases/{version}/{name}"}
                )
            else:
                answer = {"Metadata": {"sha256": sha256}}
                self.expect("s3", "head_object", answer, Bucket=LAKE, Key=f"releases/{version}/{name}")

    def upload(self, version: str, name: str, sha256: Any = ANY) -> None:
        self.expect(
            "s3", "put_object", {}, Bucket=LAKE, Key=f"releases/{version}/{name}", Body=ANY,
            Metadata={"sha256": sha256}, ChecksumAlgorithm="CRC32",
        )  # fmt: skip

    def content(self, name: str, text: str) -> None:
        """A small file among the releases."""
        body = StreamingBody(io.BytesIO(text.encode()), len(text.encode()))
        self.expect("s3", "get_object", {"Body": body}, Bucket=LAKE, Key=f"releases/{name}")

    def history(self, *releases: str, then: tuple[str, ...] = ()) -> None:
        """The releases that were in use, or no such file; and what is written in its place, if anything is."""
        if releases:
            self.content("history", "\n".join(releases))
        else:
            self.stubs["s3"].add_client_error("get_object", "NoSuchKey")
        if then:
            body = "".join(f"{release}\n" for release in then).encode()
            self.expect("s3", "put_object", {}, Bucket=LAKE, Key="releases/history", Body=body)

    # EMR Serverless

    def runs(self, *runs: dict[str, Any]) -> None:
        self.expect(
            "emr-serverless", "list_job_runs", {"jobRuns": [_summary(run) for run in runs]},
            applicationId=STREAM_APPLICATION, mode="STREAMING",
        )  # fmt: skip

    def run(self, run: dict[str, Any]) -> None:
        job = {"jobRunId": run["id"], "jobDriver": {"sparkSubmit": {"entryPoint": "x"}}, "tags": run["tags"]}
        answer = {"jobRun": _common(run) | job}
        self.expect("emr-serverless", "get_job_run", answer, applicationId=STREAM_APPLICATION, jobRunId=run["id"])

    def cancel(self, run: dict[str, Any], grace_s: int = 90) -> None:
        self.expect(
            "emr-serverless", "cancel_job_run", {"applicationId": STREAM_APPLICATION, "jobRunId": run["id"]},
            applicationId=STREAM_APPLICATION, jobRunId=run["id"], shutdownGracePeriodInSeconds=grace_s,
        )  # fmt: skip

    def start(self, **request: Any) -> None:
        answer = {"applicationId": STREAM_APPLICATION, "jobRunId": "00new", "arn": ANY_ARN}
        self.expect("emr-serverless", "start_job_run", answer, **request)

    def application(self, application: str, state: str) -> None:
        known = {"applicationId": application, "arn": ANY_ARN, "releaseLabel": LABEL, "type": "SPARK", "state": state}
        answer = {"application": {**known, "createdAt": NOON, "updatedAt": NOON}}
        self.expect("emr-serverless", "get_application", answer, applicationId=application)

    def stop_application(self, application: str) -> None:
        self.expect("emr-serverless", "stop_application", {}, applicationId=application)


def a_run(run: str, state: str = "RUNNING", tags: dict[str, str] | None = None, name: str = "verger-stream") -> Any:
    """A run of the stream's job."""
    return {"id": run, "state": state, "tags": tags or {}, "name": name}


def _common(run: dict[str, Any]) -> dict[str, Any]:
    return {
        "applicationId": STREAM_APPLICATION, "name": run["name"], "arn": ANY_ARN,
        "createdBy": "arn:aws:iam::123456789012:user/me", "createdAt": NOON, "updatedAt": NOON,
        "executionRole": OUTPUTS["StreamRoleArn"], "state": run["state"], "stateDetails": "-",
        "releaseLabel": LABEL,
    }  # fmt: skip


def _summary(run: dict[str, Any]) -> dict[str, Any]:
    return {**_common(run), "id": run["id"]}
