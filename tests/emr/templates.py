"""The templates as the tests read them."""

from typing import get_args

from conf.cleaning import CleanSource
from tests.conftest import ROOT
from tests.emr.rendering import Rendered

TEMPLATE = ROOT / "conf" / "emr" / "template.yaml"
CLUSTER = ROOT / "conf" / "emr" / "ec2" / "cluster.yaml"
README = (ROOT / "conf" / "emr" / "README.md").read_text("utf-8")

#: The stack with a release in it, its parameters those by default.
DEPLOYED = Rendered(TEMPLATE, RefitJob="{}")
#: The stack in all its shapes.
WHOLE = [
    Rendered(TEMPLATE),
    *(Rendered(TEMPLATE, RefitJob="{}", AlarmEmail="a@example.org", CleanSource=c) for c in get_args(CleanSource)),
    Rendered(TEMPLATE, Network="none", ImageUri="image"),
]
