"""The arithmetic of COST.md: `python -m conf.emr.cost` writes its tables anew."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from conf.emr import prices as p

PAGE = Path(__file__).with_name("COST.md")
DAILY = (10_000, 1_000_000, 100_000_000)


@dataclass(frozen=True)
class Load:
    """So many pictures a day, of a kind, and what they take. A month has 30.4 days."""

    a_day: int
    kind: p.Kind

    @property
    def vcpu(self) -> float:
        """Busy vCPU of executors, on average."""
        return self.a_day * self.kind.core_s * p.VCPU_PER_CORE / 86_400

    @property
    def executors(self) -> int:
        """Executors at the busiest time, at least one: `stream_executors`."""
        return max(1, math.ceil(self.vcpu * p.PEAK / p.EXECUTOR_VCPU))

    @property
    def batches(self) -> float:
        """Micro-batches a day, if pictures come at all times."""
        full = max(self.a_day / p.BATCH, self.a_day * self.kind.size_bytes / p.BATCH_BYTES)
        return max(min(self.a_day, 86_400 / p.TRIGGER_S), full)

    @property
    def refit_hours(self) -> float:
        """Hours that a night's refit takes on its driver and one executor, of what is new alone."""
        core_s = self.a_day * p.REFIT_CORE_S * p.VCPU_PER_CORE / p.EXECUTOR_VCPU
        return (p.REFIT_FIXED_S + core_s) / 3_600

    @property
    def puts(self) -> float:
        """PUT and LIST requests a day, those of who puts the pictures there not among them."""
        listing = self.a_day * p.LANDING_DAYS / p.LIST_KEYS
        return self.batches * p.BATCH_PUTS + p.LEASE_PUTS_A_DAY + listing

    @property
    def gets(self) -> float:
        """GET requests a day: one a picture, and those of the tables."""
        return self.a_day + self.batches * p.BATCH_GETS

    @property
    def sqs(self) -> float:
        """Requests to the queue a day: S3 sends, the stream receives and deletes."""
        return self.a_day * (1 + 2 / p.MESSAGES) + p.IDLE_RECEIVES_A_DAY

    @property
    def landing_gb(self) -> float:
        """GB of pictures that wait for their removal."""
        return self.a_day * self.kind.size_bytes * p.LANDING_DAYS / 1e9

    @property
    def grown_gb(self) -> float:
        """GB that a month adds to the tables, if each picture is a new one."""
        row = p.FEATURES_BYTES + p.LEDGER_BYTES + p.PROJECTIONS * p.PROJECTION_BYTES
        return self.a_day * p.DAYS * row / 1e9

    def days_until(self, bytes_each: float) -> float:
        """Days until so many bytes for each picture ever seen fill a driver's memory."""
        return p.PYTHON_BYTES / bytes_each / self.a_day


def costs(load: Load, prices: p.Prices) -> dict[str, float]:
    """US dollars of a first month, by what they are for; storage as at its end."""

    def workers(vcpu: float, gb: float) -> float:
        return vcpu * prices.vcpu_hour + gb * prices.memory_gb_hour

    one = workers(p.EXECUTOR_VCPU, p.EXECUTOR_GB)
    driver = workers(p.DRIVER_VCPU, p.DRIVER_GB)
    hours = 24 * p.DAYS
    lines_gb = (p.MINUTES + load.batches) * p.DAYS * p.LINE_BYTES / 1e9
    return {
        "driver of the stream": driver * hours,
        "its executors": one * hours * max(1.0, load.vcpu / p.EXECUTOR_VCPU),
        "refits": (driver + one) * load.refit_hours * p.DAYS,
        "requests to S3": (load.puts * prices.s3_put + load.gets * prices.s3_get) * p.DAYS,
        "SQS": load.sqs * p.DAYS * prices.sqs_request,
        "pictures in the landing": load.landing_gb * prices.s3_gb_month,
        "tables": load.grown_gb * prices.s3_gb_month,
        "CloudWatch": p.METRICS * prices.metric_month
        + p.ALARM_METRICS * prices.alarm_month
        + prices.composite_alarm_month
        + lines_gb * prices.log_gb,
        "endpoints": p.ENDPOINTS * p.ZONES * hours * prices.endpoint_hour,
    }


def with_tables(text: str) -> str:
    """The page with each marked table replaced by the computed one: a mark, then lines that begin with `|`."""
    for mark, table in _tables().items():
        text = re.sub(rf"(<!-- {mark} -->\n)(?:\|.*\n)*", lambda m, table=table: m[1] + table, text)  # type: ignore[misc]
    return text


def _tables() -> dict[str, str]:
    loads = [Load(a_day, kind) for kind in (p.SMALL, p.PHOTO) for a_day in DAILY]
    head = ["pictures a day", *(f"{load.a_day:,} of {load.kind.name}" for load in loads)]
    sizes = [
        ("vCPU of executors, on average", [_number(load.vcpu) for load in loads]),
        ("executors at the busiest time", [f"{load.executors:,}" for load in loads]),
        ("batches a day", [_number(load.batches) for load in loads]),
        ("a refit, hours", [_number(load.refit_hours) for load in loads]),
        ("PUT and LIST a day", [_number(load.puts) for load in loads]),
        ("GET a day", [_number(load.gets) for load in loads]),
        ("requests to SQS a day", [_number(load.sqs) for load in loads]),
        ("landing, GB", [_number(load.landing_gb) for load in loads]),
        ("tables, GB more each month", [_number(load.grown_gb) for load in loads]),
    ]
    found = [costs(load, p.Prices()) for load in loads]
    dollars = [(name, [_number(cost[name]) for cost in found]) for name in found[0]]
    dollars.append(("**together**", [f"**{_number(sum(cost.values()))}**" for cost in found]))
    small = loads[: len(DAILY)]
    limits = [
        ("a refit's driver is full after days", [_number(load.days_until(p.REFIT_BYTES_A_ROW)) for load in small]),
        ("the source's memory is full after days", [_number(load.days_until(p.KNOWN_BYTES_A_PATH)) for load in small]),
    ]
    return {
        "sizes": _rows(head, sizes),
        "dollars": _rows(["dollars a month", *head[1:]], dollars),
        "limits": _rows(["new pictures a day", *(f"{load.a_day:,}" for load in small)], limits),
    }


def _rows(head: list[str], rows: Iterable[tuple[str, list[str]]]) -> str:
    lines = [head, ["---"] * len(head), *([name, *cells] for name, cells in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _number(value: float) -> str:
    """Two digits that count, or all before the point of what is greater than 100."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text("utf-8")), "utf-8")
