"""The stack's parameters and outputs, by the template's own names."""

from dataclasses import fields
from typing import Any

import pytest
from cfnlint.decode import cfn_yaml

from conf.emr.settings import EmrSettings
from conf.emr.stack import Outputs, Stack
from tests.conftest import ROOT
from tests.emr.releases import in_use

TEMPLATE = ROOT / "conf" / "emr" / "template.yaml"


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    found: dict[str, Any] = cfn_yaml.load(str(TEMPLATE))
    return found


def test_what_is_worked_out_is_a_parameter_each(template: dict[str, Any]) -> None:
    assert set(in_use("0.1.0")) <= set(template["Parameters"])


def test_the_jobs_find_what_the_template_puts_out(template: dict[str, Any]) -> None:
    found = Stack("verger", "eu-west-1", {}, {name: name for name in template["Outputs"]}).outputs()
    assert found.stream_role_arn == "StreamRoleArn"
    assert len(fields(Outputs)) == len({getattr(found, field.name) for field in fields(Outputs)})


def test_the_greatest_name_is_one_that_the_template_takes(template: dict[str, Any]) -> None:
    import re

    name = EmrSettings(name="a" * 20).name
    assert re.fullmatch(template["Parameters"]["Name"]["AllowedPattern"], name)


def test_it_can_be_sent_before_there_is_a_bucket() -> None:
    assert len(TEMPLATE.read_bytes()) <= 51_200
