"""The stack's parameters, worked out from the settings, so that no value stands in two places."""

from conf.emr.settings import EmrSettings
from conf.emr.stack import LAKE_PREFIX
from conf.errors import SettingsError
from conf.settings import Settings

_GIB = 2**30


def parameters(settings: Settings, emr: EmrSettings) -> dict[str, str]:
    """All parameters but those of a release (`Release`, `RefitJob`).

    Raises:
        SettingsError: `[emr.parameters]` names one of them.
    """
    stream, refit = emr.capacity(emr.stream_executors), emr.capacity(emr.refit_executors)
    ours = {
        "Name": emr.name,
        "LakePrefix": LAKE_PREFIX,
        "PlotKey": settings.plot_key,
        "CleanSource": settings.clean_source,
        "TriggerSeconds": f"{settings.trigger_interval_s:g}",
        "MaxVcpuStream": stream["vcpu"],
        "MaxMemoryStream": stream["memory_gb"],
        "MaxVcpuRefit": refit["vcpu"],
        "MaxMemoryRefit": refit["memory_gb"],
        # Alarms: three quarters of the driver, and for a worker its share of Python's half of an executor.
        "DriverMemoryBytes": emr.driver_memory_gb * _GIB * 3 // 4,
        "WorkerMemoryBytes": emr.executor_memory_gb * _GIB // 2 // emr.executor_vcpu,
    }
    for name in (*ours, "Release", "RefitJob"):
        if name in emr.parameters:
            raise SettingsError(f"[emr.parameters] names {name}, which follows from other settings: leave it out.")
    return {**emr.parameters, **{name: str(value) for name, value in ours.items()}}
