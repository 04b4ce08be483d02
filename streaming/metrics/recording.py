"""Metrics while a stream runs, where the settings want them."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from conf.emf import EmfLines
from conf.locations import is_s3
from conf.outlet import Outlet
from conf.settings import Settings
from streaming.metrics.machine import free_disk, memory
from streaming.metrics.page import Page
from streaming.metrics.recorder import Output, Recorder


@contextmanager
def recorded(settings: Settings, work: Path) -> Iterator[Recorder]:
    """A recorder that has told of the start. At the end it tells what is left, for a few seconds at most.

    Raises:
        SettingsError: the port can't be had.
    """
    folders = [work] if is_s3(settings.lake) else [work, Path(settings.lake)]
    outputs: list[Output] = []
    with ExitStack() as stack:
        if settings.metrics_port:
            outputs.append(stack.enter_context(closing(Page(settings.metrics_host, settings.metrics_port))))
        outlet = None
        if settings.metrics != "off":
            outlet = stack.enter_context(closing(Outlet(settings.metrics)))
            outputs.append(EmfLines(settings.metrics_name, outlet.put))
        recorder = Recorder(outputs, lambda: free_disk(folders) | memory(), lambda: outlet.dropped if outlet else 0)
        recorder.start()
        yield stack.enter_context(closing(recorder))
