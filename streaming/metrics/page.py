"""The metrics as Prometheus reads them, on a port."""

import math
from collections.abc import Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    ProcessCollector,
    Summary,
    disable_created_metrics,
    start_http_server,
)

from conf.errors import SettingsError
from conf.metrics import METRICS
from schemas.errors import ERROR_CODES

_KINDS: Mapping[str, type[Counter] | type[Gauge] | type[Summary]] = {
    "counter": Counter,
    "gauge": Gauge,
    "summary": Summary,
}
#: Shown by its codes alone: their sum is the whole.
_BY_CODE = "Rejected"


class Page:
    """Serves them from threads of its own until it is closed. Counters begin at zero with each start of the stream.

    Raises:
        SettingsError: the port can't be had.
    """

    def __init__(self, host: str, port: int) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each counter
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)  # with process_start_time_seconds
        self._metrics = {
            m.name: _KINDS[m.kind](m.prometheus, m.meaning, registry=registry)
            for m in METRICS
            if m.prometheus and m.name != _BY_CODE
        }
        self.show(dict.fromkeys(self._metrics, math.nan))  # not known yet is not zero
        self._rejected = Counter("verger_rejected", "pictures rejected", ["code"], registry=registry)
        for code in ERROR_CODES:
            self._rejected.labels(code)
        try:
            self._server, _ = start_http_server(port, host, registry)
        except (OSError, UnicodeError) as error:
            raise SettingsError(
                f"metrics_port = {port} of metrics_host = {host!r} can't be had "
                f"({getattr(error, 'strerror', None) or error}): set metrics_port "
                "to a port that is free, or to 0 for none."
            ) from error

    def tell(self, values: Mapping[str, float], codes: Mapping[str, int]) -> None:
        """Count what a batch or a minute has brought; `codes`: why pictures were rejected."""
        for name, value in values.items():
            metric = self._metrics.get(name)
            if isinstance(metric, Counter):
                metric.inc(value)
            elif isinstance(metric, Summary):
                metric.observe(value)
        for code, count in codes.items():
            self._rejected.labels(code).inc(count)
        self.show(values)

    def show(self, values: Mapping[str, float]) -> None:
        """Set those of the values that are gauges."""
        for name, value in values.items():
            metric = self._metrics.get(name)
            if isinstance(metric, Gauge):
                metric.set(value)

    def close(self) -> None:
        """Give the port back."""
        self._server.shutdown()
        self._server.server_close()
