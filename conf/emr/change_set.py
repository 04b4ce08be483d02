"""Creating and changing the stack: a change set, looked at before it is carried out, and watched to its end."""

import time
import uuid
from collections.abc import Callable
from itertools import takewhile
from typing import Any

from conf.emr.aws import pages
from conf.emr.stack import Wanted
from conf.errors import FailedError

Say = Callable[[str], None]
Change = dict[str, Any]

POLL_S = 5.0
#: How CloudFormation says that a change set has nothing in it.
_NOTHING = ("didn't contain changes", "No updates are to be performed")
#: What holds data: a stack that would replace or remove one is not what was meant.
_KEPT = ("AWS::S3::Bucket",)


def apply(
    cloudformation: Any, wanted: Wanted, *, create: bool, say: Say, before: Callable[[list[Change]], None]
) -> None:
    """Make the stack as wanted; returns when it is, and tells each resource that is done.

    `before` is called with the changes, at the last moment before they are carried out. CloudFormation undoes what
    fails; a change set that is left behind by an interruption changes nothing.

    Raises:
        FailedError: it refuses the change, or a resource fails; the sentence says which one and why.
    """
    name = f"verger-{uuid.uuid4().hex}"
    cloudformation.create_change_set(
        StackName=wanted.name,
        ChangeSetName=name,
        ChangeSetType="CREATE" if create else "UPDATE",
        TemplateBody=wanted.template,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in wanted.parameters.items()],
        Capabilities=["CAPABILITY_NAMED_IAM"],
        ImportExistingResources=create,  # buckets that stayed when the stack was deleted
    )
    changes = _changes(cloudformation, wanted.name, name)
    if not changes:
        say(f"the stack {wanted.name} needs no update")
        cloudformation.delete_change_set(StackName=wanted.name, ChangeSetName=name)
        return
    _check(cloudformation, wanted.name, name, changes)
    before(changes)
    cloudformation.execute_change_set(StackName=wanted.name, ChangeSetName=name, ClientRequestToken=name)
    _watch(cloudformation, wanted.name, name, say)


def _changes(cloudformation: Any, stack: str, name: str) -> list[Change]:
    """What the change set would do, when CloudFormation has worked that out; empty: nothing."""
    while True:
        found = cloudformation.describe_change_set(StackName=stack, ChangeSetName=name)
        status, reason = found["Status"], found.get("StatusReason", "")
        if status == "FAILED" and any(phrase in reason for phrase in _NOTHING):
            return []
        if status == "FAILED":
            raise FailedError(f"CloudFormation refuses the change of the stack {stack}: {reason.rstrip('.')}.")
        if status == "CREATE_COMPLETE":
            found_changes = pages(cloudformation.describe_change_set, "Changes", StackName=stack, ChangeSetName=name)
            return [change["ResourceChange"] for change in found_changes]
        time.sleep(POLL_S)


def _check(cloudformation: Any, stack: str, name: str, changes: list[Change]) -> None:
    for change in changes:
        gone = change["Action"] == "Remove" or change.get("Replacement") == "True"
        if gone and change["ResourceType"] in _KEPT:
            cloudformation.delete_change_set(StackName=stack, ChangeSetName=name)
            raise FailedError(
                f"this would take the bucket {change['LogicalResourceId']} with its data out of the stack {stack}, so "
                "nothing was changed: keep its name and its place in the template."
            )


def _watch(cloudformation: Any, stack: str, token: str, say: Say) -> None:
    """Until the change is carried out; `token` marks its events."""
    told: set[str] = set()
    while True:
        time.sleep(POLL_S)
        status = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
        events = _events(cloudformation, stack, token)
        for event in events:
            if event["EventId"] not in told and event["ResourceStatus"].endswith(("_COMPLETE", "_FAILED")):
                say(f"  {event['LogicalResourceId']} {event['ResourceStatus'].lower().replace('_', ' ')}")
            told.add(event["EventId"])
        if not status.endswith("IN_PROGRESS"):
            break
    if "ROLLBACK" in status or status.endswith("FAILED"):
        raise FailedError(f"the stack {stack} failed ({status}): {_first_failure(events)}.")


def _events(cloudformation: Any, stack: str, token: str) -> list[Change]:
    """The events of the change, oldest first. CloudFormation tells the newest first, of all changes ever."""
    found = pages(cloudformation.describe_stack_events, "StackEvents", StackName=stack)
    return list(takewhile(lambda event: event.get("ClientRequestToken") == token, found))[::-1]


def _first_failure(events: list[Change]) -> str:
    """The resource that failed first, and why: those after it were only cancelled, or undone."""
    for event in events:
        if event["ResourceStatus"].endswith("_FAILED"):
            reason = " ".join(event.get("ResourceStatusReason", "no reason is given").split()).rstrip(".")
            return f"{event['LogicalResourceId']} ({event['ResourceType']}): {reason}"
    return "its events name no resource"
