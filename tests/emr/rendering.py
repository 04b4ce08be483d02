"""A template as CloudFormation would read it: its intrinsic functions resolved, made-up ids for what AWS would name."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cfnlint.decode import cfn_yaml

ACCOUNT, REGION = "1" * 12, "eu-west-1"
_PSEUDO = {
    "AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": "aws", "AWS::StackName": "stack",
}  # fmt: skip
_NOTHING = object()
#: The ARN of a resource by its type; in braces a property, or `id`, its logical name.
_ARNS = {
    "AWS::S3::Bucket": "arn:aws:s3:::{BucketName}",
    "AWS::SQS::Queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{{QueueName}}",
    "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/{{id}}",
    "AWS::IAM::ManagedPolicy": f"arn:aws:iam::{ACCOUNT}:policy/{{id}}",
    "AWS::EMRServerless::Application": f"arn:aws:emr-serverless:{REGION}:{ACCOUNT}:/applications/{{id}}",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{{LogGroupName}}:*",
    "AWS::Scheduler::ScheduleGroup": f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/{{Name}}",
    "AWS::SNS::Topic": f"arn:aws:sns:{REGION}:{ACCOUNT}:{{TopicName}}",
    "AWS::EMR::Cluster": f"arn:aws:elasticmapreduce:{REGION}:{ACCOUNT}:cluster/{{id}}",
}
#: What `Ref` gives, where it is not the logical name.
_REFS = {"AWS::S3::Bucket": "BucketName", "AWS::Logs::LogGroup": "LogGroupName"}
_REFS_ARE_ARNS = ("AWS::IAM::ManagedPolicy", "AWS::SNS::Topic")


class Rendered:
    """The properties of a template's resources whose conditions hold, with `parameters` or their defaults."""

    def __init__(self, path: Path, **parameters: str) -> None:
        self.source: dict[str, Any] = cfn_yaml.load(str(path))
        self._values = {n: p.get("Default", "") for n, p in self.source["Parameters"].items()} | parameters
        self.resources: dict[str, dict[str, Any]] = {
            name: self._resolve(found.get("Properties", {}))
            for name, found in self.source["Resources"].items()
            if self._holds(found.get("Condition"))
        }

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """The resources of one type."""
        return {name: found for name, found in self.resources.items() if self._type(name) == kind}

    def arn(self, name: str) -> str:
        """The ARN of a resource; KeyError for types whose ARN nobody asks for."""
        found = self.source["Resources"][name]
        return _ARNS[found["Type"]].format(id=name, **self._resolve(found.get("Properties", {}), shallow=True))

    def arns(self) -> set[str]:
        """Of all resources that are there."""
        return {self.arn(name) for name in self.resources if self._type(name) in _ARNS}

    def _type(self, name: str) -> str:
        return str(self.source["Resources"][name]["Type"])

    def _holds(self, condition: str | None) -> bool:
        return condition is None or bool(self._resolve(self.source["Conditions"][condition]))

    def _resolve(self, value: Any, *, shallow: bool = False) -> Any:
        if isinstance(value, list):
            found = [self._resolve(item, shallow=shallow) for item in value]
            return [item for item in found if item is not _NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if name in {"Ref", "Condition"} or name.startswith("Fn::"):
                return self._call(name.removeprefix("Fn::"), argument)
        names = ("BucketName", "QueueName", "LogGroupName", "Name", "TopicName") if shallow else value
        resolved = {key: self._resolve(value[key]) for key in names if key in value}
        return {key: item for key, item in resolved.items() if item is not _NOTHING}

    def _call(self, name: str, argument: Any) -> Any:
        if name == "If":
            return self._resolve(argument[1] if self._holds(argument[0]) else argument[2])
        if name == "Condition":
            return self._holds(argument)
        if name in ("Ref", "Sub", "GetAtt"):
            return {"Ref": self._ref, "Sub": self._sub, "GetAtt": self._attribute}[name](argument)
        found = self._resolve(argument)
        if name in ("Join", "Select"):
            first, items = found[0], found[1].split(",") if isinstance(found[1], str) else found[1]
            return first.join(items) if name == "Join" else items[int(first)]
        functions: dict[str, Callable[..., Any]] = {
            "Equals": lambda a, b: a == b,
            "Not": lambda a: not a,
            "GetAZs": lambda *_: [f"{REGION}a", f"{REGION}b"],
            "ImportValue": lambda a: f"imported-{a}",
        }
        return functions[name](*as_list(found))

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NOTHING
        if name in _PSEUDO or name in self._values:
            return _PSEUDO.get(name, self._values.get(name))
        found = self.source["Resources"][name]
        if found["Type"] in _REFS_ARE_ARNS:
            return self.arn(name)
        return self._resolve(found["Properties"][_REFS[found["Type"]]]) if found["Type"] in _REFS else name

    def _sub(self, argument: Any) -> str:
        text, own = (argument, {}) if isinstance(argument, str) else (argument[0], self._resolve(argument[1]))
        return re.sub(r"\$\{([^}!]+)\}", lambda m: str(own.get(m[1]) or self._named(m[1])), text)

    def _named(self, name: str) -> Any:
        resource, _, attribute = name.partition(".")
        return self._attribute([resource, attribute]) if attribute else self._ref(name)

    def _attribute(self, argument: Any) -> str:
        resource, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
        if attribute == "Arn":
            return self.arn(resource)
        return str(
            self._resolve(self.source["Resources"][resource]["Properties"]).get(attribute, f"{resource}.{attribute}")
        )


def statements(rendered: Rendered) -> list[tuple[str, dict[str, Any]]]:
    """Every statement of every policy, with the name of the resource that has it."""

    def within(value: Any) -> list[dict[str, Any]]:
        if isinstance(value, list):
            return [found for item in value for found in within(item)]
        if not isinstance(value, dict):
            return []
        own = value["Statement"] if "Statement" in value and "Version" in value else []
        return [*own, *(found for item in value.values() for found in within(item))]

    return [(name, found) for name, resource in rendered.resources.items() for found in within(resource)]


def as_list(value: Any) -> list[Any]:
    """What a policy writes as one or many."""
    return value if isinstance(value, list) else [value]
