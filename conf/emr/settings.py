"""What a deployment needs to know beside Verger's own settings: the table `[emr]` of the same file."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from conf.explain import explained
from conf.plain import plain
from conf.sources import check_known
from conf.values import Count

_NAME = re.compile(r"[a-z][a-z0-9-]{0,18}[a-z0-9]")
#: Memory of EMR Serverless's workers by their vCPUs: least, most and step, GB.
_MEMORY_GB = {1: (2, 8, 1), 2: (4, 16, 1), 4: (8, 30, 1), 8: (16, 60, 4), 16: (32, 120, 8)}


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("must be 2 to 20 small letters, digits and hyphens, a letter first: buckets are named by it")
    return value


def _texts(value: object) -> object:
    """CloudFormation's parameters are texts, and TOML's numbers are as good."""
    if isinstance(value, Mapping):
        return {key: plain(item) if isinstance(item, int | float) else item for key, item in value.items()}
    return value


Vcpu = Literal[1, 2, 4, 8, 16]


class EmrSettings(BaseModel):
    """Names and sizes. Both jobs have a driver and executors of the same sizes; vCPUs and GB are those of a worker."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, AfterValidator(_name)] = Field(
        "verger", description="name of the stack, and what the names of all that it makes begin with"
    )
    driver_vcpu: Vcpu = Field(2, description="vCPUs of a driver")
    driver_memory_gb: Count = Field(8, description="GB of a driver: `driver_memory` is its JVM's, the rest Python's")
    executor_vcpu: Vcpu = Field(2, description="vCPUs of an executor, each with a worker that features pictures")
    executor_memory_gb: Count = Field(4, description="GB of an executor, half of it the JVM's, half Python's")
    stream_executors: Count = Field(3, description="most executors of the stream; an idle one has one")
    refit_executors: Count = Field(2, description="most executors of the refit")
    parameters: Annotated[dict[str, str], BeforeValidator(_texts)] = Field(
        default_factory=dict, description="parameters of the template by their own names, such as AlarmEmail"
    )

    @model_validator(mode="after")
    def _workers_exist(self) -> "EmrSettings":
        """EMR has workers of some shapes only, and says so when the first job is started."""
        for kind, vcpu, gb in (
            ("driver", self.driver_vcpu, self.driver_memory_gb),
            ("executor", self.executor_vcpu, self.executor_memory_gb),
        ):
            least, most, step = _MEMORY_GB[vcpu]
            if not least <= gb <= most or gb % step:
                raise ValueError(
                    f"[emr] {kind}_memory_gb = {gb} does not fit {kind}_vcpu = {vcpu}: EMR Serverless has workers of "
                    f"{vcpu} vCPU with {least} to {most} GB in steps of {step}"
                )
        return self

    @property
    def image(self) -> bool:
        """Whether workers run an image with Verger in it, and need no archive."""
        return bool(self.parameters.get("ImageUri"))

    def capacity(self, executors: int) -> dict[str, int]:
        """What a driver and so many executors take together: vcpu and memory_gb."""
        return {
            "vcpu": self.driver_vcpu + executors * self.executor_vcpu,
            "memory_gb": self.driver_memory_gb + executors * self.executor_memory_gb,
        }


def emr_settings(table: Mapping[str, object], where: str) -> EmrSettings:
    """The settings in `table`, which is the `[emr]` of the file `where`. Raises SettingsError: one sentence."""
    for name in table:
        check_known(name, EmrSettings.model_fields, f"[emr] in {where} has an unknown setting")
    try:
        return EmrSettings.model_validate(dict(table))
    except ValidationError as error:
        origin = dict.fromkeys(EmrSettings.model_fields, f"[emr] in {where}")
        raise explained(error, origin, EmrSettings) from None
