"""The stack as CloudFormation knows it: whether it is there, its outputs, and how it differs from a wanted one."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib.resources import files
from typing import Any

from conf.errors import FailedError, SettingsError, UserError

#: The lake's place in its bucket, beside the releases.
LAKE_PREFIX = "lake"

#: Stacks in these states take no change set; what to do about it. `{name}` is the stack's.
_STUCK = {
    "ROLLBACK_COMPLETE": (
        "its first creation failed: see its events for why, delete it (`aws cloudformation delete-stack "
        "--stack-name {name}`; its buckets stay, and are taken over) and deploy again"
    ),
    "UPDATE_ROLLBACK_FAILED": (
        "an update failed, and so did undoing it: mend what its events name, then `aws cloudformation "
        "continue-update-rollback --stack-name {name}` and deploy again"
    ),
}
_STUCK |= dict.fromkeys(("ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"), _STUCK["ROLLBACK_COMPLETE"])


@dataclass(frozen=True)
class Outputs:
    """What the stack made, as jobs and commands need it. Each is an output of the template in its own spelling."""

    landing_bucket: str
    lake_bucket: str
    queue_url: str
    stream_application_id: str
    refit_application_id: str
    stream_role_arn: str
    refit_role_arn: str
    glue_database: str
    region: str

    @property
    def lake(self) -> str:
        """The root of what is written."""
        return f"s3://{self.lake_bucket}/{LAKE_PREFIX}"


@dataclass(frozen=True)
class Stack:
    """A stack that is there and at rest."""

    name: str
    region: str
    parameters: Mapping[str, str]
    raw_outputs: Mapping[str, str]

    def outputs(self) -> Outputs:
        """Its outputs; raises FailedError where one is missing."""
        known = {"region": self.region}
        for field in fields(Outputs):
            output = field.name.title().replace("_", "")
            if field.name not in known and output not in self.raw_outputs:
                raise FailedError(f"the stack {self.name} has no output {output}: it was not made by this template.")
            known.setdefault(field.name, self.raw_outputs.get(output, ""))
        return Outputs(**known)


@dataclass(frozen=True)
class Wanted:
    """A stack as it should be. Parameters that are not named have the template's defaults."""

    name: str
    template: str
    parameters: Mapping[str, str]


def template() -> str:
    """The text of the template that this program brings."""
    return files("conf.emr").joinpath("template.yaml").read_text("utf-8")


def read_stack(cloudformation: Any, name: str) -> Stack | None:
    """The stack, or None where there is none yet. Raises UserError for one that can't be changed as it is."""
    from botocore.exceptions import ClientError

    try:
        found = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in error.response["Error"].get("Message", ""):
            return None
        raise
    status = found["StackStatus"]
    if status == "REVIEW_IN_PROGRESS":  # a change set was made for it, and it itself never was
        return None
    if status in _STUCK:
        raise UserError(f"the stack {name} is in state {status}: {_STUCK[status].format(name=name)}.")
    if status.endswith("IN_PROGRESS"):
        raise UserError(f"the stack {name} is being changed just now ({status}): try again when that has ended.")
    return Stack(
        name,
        found["StackId"].split(":")[3],
        {p["ParameterKey"]: p["ParameterValue"] for p in found.get("Parameters", ())},
        {o["OutputKey"]: o["OutputValue"] for o in found.get("Outputs", ())},
    )


def differences(cloudformation: Any, stack: Stack, wanted: Wanted) -> list[str]:
    """What would change, a phrase each; empty where the stack is as wanted. It only reads.

    Raises:
        SettingsError: the template has no such parameter.
    """
    expected = _expected(cloudformation, wanted)
    there = cloudformation.get_template(StackName=stack.name, TemplateStage="Original")["TemplateBody"]
    found = [] if str(there).strip() == wanted.template.strip() else ["another template"]
    return found + [
        _phrase(name, stack.parameters.get(name), value)
        for name, value in expected.items()
        if stack.parameters.get(name) != value
    ]


def check_parameters(cloudformation: Any, wanted: Wanted) -> None:
    """Raise SettingsError unless the template has all of the wanted parameters."""
    _expected(cloudformation, wanted)


def _expected(cloudformation: Any, wanted: Wanted) -> dict[str, str]:
    """All parameters of the template, with what is wanted or their default."""
    declared = {
        parameter["ParameterKey"]: parameter.get("DefaultValue", "")
        for parameter in cloudformation.get_template_summary(TemplateBody=wanted.template)["Parameters"]
    }
    for name in wanted.parameters:
        if name not in declared:
            guess = difflib.get_close_matches(name, declared, n=1)
            fix = f"did you mean {guess[0]}?" if guess else f"it has {', '.join(declared)}."
            raise SettingsError(f"[emr.parameters] names {name}, which the template does not have: {fix}")
    return declared | dict(wanted.parameters)


def _phrase(name: str, old: str | None, new: str) -> str:
    if name == "RefitJob":  # a page of JSON
        return f"the refit's schedule {'points at another job' if old else 'is set up'}"
    return f"{name} {old or 'not set'} -> {new or 'not set'}"
