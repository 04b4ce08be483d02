"""What AWS asks for, and what was measured: the numbers that the cost page is made from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Prices:
    """US dollars, list prices of us-east-1 on demand as written down in November 2026; not asked of AWS: check them.

    https://aws.amazon.com/{emr,s3,sqs,cloudwatch,privatelink}/pricing/
    """

    vcpu_hour: float = 0.052624  #: EMR Serverless, x86
    memory_gb_hour: float = 0.0057785  #: the same
    s3_gb_month: float = 0.023
    s3_put: float = 0.005 / 1_000  #: also LIST
    s3_get: float = 0.0004 / 1_000
    sqs_request: float = 0.40 / 1_000_000
    metric_month: float = 0.30
    alarm_month: float = 0.10  #: for each metric in it
    composite_alarm_month: float = 0.50
    log_gb: float = 0.50
    endpoint_hour: float = 0.01  #: an interface endpoint, for each zone


@dataclass(frozen=True)
class Kind:
    """A kind of picture. `core_s`: seconds of a core of the machine that README's numbers are from."""

    name: str
    core_s: float
    size_bytes: int


#: README, "Measured": 228 pictures/s on 2 cores, everything included.
SMALL = Kind("100 x 100", 2 / 228, 5_000)
#: The same, and 34 ms more of decoding (26 to 40, five photos of 12.2 megapixels, 1.4 to 3.0 MB).
PHOTO = Kind("12 megapixels", SMALL.core_s + 0.034, 2_300_000)

#: A vCPU of EMR Serverless is a thread of a core, and other days were slower: it counts as half a core.
VCPU_PER_CORE = 2
#: At the busiest time so many times as much comes as on average, and executors must be there for it.
PEAK = 3
DAYS = 30.4  #: of a month

#: Sizes of workers, as [emr] in conf/emr.toml has them by default.
DRIVER_VCPU, DRIVER_GB, EXECUTOR_VCPU, EXECUTOR_GB = 2, 8, 2, 4
#: Batches: one each `trigger_interval_s` of conf/emr.toml, more when they are full
#: (`max_objects_per_batch`, `max_bytes_per_batch`).
TRIGGER_S, BATCH, BATCH_BYTES = 30, 20_000, 2 * 2**30
#: Requests of one batch besides those for pictures: ledger, features and their logs (estimated).
BATCH_PUTS, BATCH_GETS = 30, 60
#: A lease of ten seconds is renewed every third of that.
LEASE_PUTS_A_DAY = 86_400 / (10 / 3)
#: Four receivers wait 20 s each for messages; what comes is received and deleted in tens.
IDLE_RECEIVES_A_DAY, MESSAGES = 4 * 86_400 / 20, 10
#: A row of `features` was measured, one of `ledger` and of `projection` is estimated.
FEATURES_BYTES, LEDGER_BYTES, PROJECTION_BYTES = 3_390, 120, 150
#: Projections of the last refit and of the three before it are there.
PROJECTIONS = 4
#: Pictures stay in the landing for so long (`clean_after_h`), and then are removed by a lifecycle rule, for nothing.
LANDING_DAYS = 7
LIST_KEYS = 1_000
#: Core seconds of a refit for a new row (README: 100,000 in 4.2 to 5.1 s on 2 cores), and of its start and end.
REFIT_CORE_S, REFIT_FIXED_S = 2 * 4.65 / 100_000, 180
#: Metrics with their rejection codes; metrics in alarms; lines of metrics a day, and bytes of one.
METRICS, ALARM_METRICS, MINUTES, LINE_BYTES = 30, 17, 1_440, 900
ENDPOINTS, ZONES = 2, 2

#: Memory: of the refit's driver for each row of `features`, of the source for each path it knows.
REFIT_BYTES_A_ROW, KNOWN_BYTES_A_PATH = 150, 32 + 20
#: What they may have of a driver's memory, beside its JVM.
PYTHON_BYTES = 5 * 2**30
