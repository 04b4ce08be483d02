"""What a stream writes beside its lake: metrics, and the pictures that cleaning moves away."""

from conf.errors import SettingsError
from conf.lake import Lake
from conf.locations import is_s3, split_s3
from conf.locks import is_at_work
from conf.outlet import check_target
from conf.places import check_writable
from conf.settings import Settings
from streaming.doctor.asking import quick_client, s3_errors
from streaming.metrics.page import Page


def metrics(settings: Settings) -> str:
    """Their file can be written, and their port be had, unless the stream that is at work has it."""
    check_target(settings.metrics)
    if not settings.metrics_port:
        return f"metrics = {settings.metrics}, and no port"
    try:
        Page(settings.metrics_host, settings.metrics_port).close()
    except SettingsError:
        if not is_at_work(Lake(settings.lake), "stream"):
            raise
        return f"metrics = {settings.metrics}; port {settings.metrics_port} is taken, and a stream is at work"
    return f"metrics = {settings.metrics}, and port {settings.metrics_port} is free"


def cleaning(settings: Settings) -> str:
    """With move: the place that pictures are moved to is there, and a folder can be written."""
    place = settings.clean_to
    if settings.clean_source != "move":
        return f"clean_source = {settings.clean_source}: nothing is moved"
    if is_s3(place):
        with s3_errors(f"clean_to = {place!r} can't be used", "check its name, AWS_* and the right s3:ListBucket"):
            quick_client().head_bucket(Bucket=split_s3(place)[0])
        return f"the bucket of {place} is there"
    check_writable("clean_to", place)
    return f"{place} can be written"
