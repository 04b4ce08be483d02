"""The page is what Prometheus takes, and its port is had or said to be taken."""

import math
import socket
import urllib.request
from contextlib import closing

import pytest
from prometheus_client.parser import text_string_to_metric_families

from conf.errors import SettingsError
from conf.metrics import METRICS
from schemas.errors import ERROR_CODES
from streaming.metrics.page import Page
from streaming.metrics.values import batch_values
from tests.streaming.metrics.made import DURATIONS, batch


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def scraped(port: int) -> dict[str, float]:
    """Each sample of the page: name and labels, value."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {f"{s.name}{''.join(s.labels.values()) and str(s.labels)}": s.value for s in samples}


def test_batches_add_up_on_the_page() -> None:
    port, told = free_port(), batch()
    with closing(Page("127.0.0.1", port)) as page:
        assert math.isnan(scraped(port)["verger_pending"])
        for _ in range(3):
            page.tell(batch_values(told, DURATIONS) | {"Pending": 4, "Started": 1}, told.codes)
        page.show({"Pending": 2, "OldestPendingSeconds": 8.5})
        found = scraped(port)
    assert (found["verger_seen_total"], found["verger_ok_total"], found["verger_deferred_total"]) == (30, 21, 3)
    assert found["verger_rejected_total{'code': 'empty'}"] == 3
    assert found["verger_rejected_total{'code': 'timeout'}"] == 0
    assert (found["verger_batch_seconds_sum"], found["verger_batch_seconds_count"]) == (6.0, 3)
    assert (found["verger_pending"], found["verger_oldest_pending_seconds"]) == (2, 8.5)
    assert found["process_start_time_seconds"] > 1.7e9


def test_every_name_in_the_list_is_on_the_page_from_the_start_and_no_other() -> None:
    port = free_port()
    with closing(Page("127.0.0.1", port)):
        found = {name.removesuffix("_sum").removesuffix("_count") for name in scraped(port)}
    listed = {m.prometheus for m in METRICS if m.prometheus} - {"verger_rejected_total"}
    ours = {name for name in found if name.startswith("verger_")}
    assert ours == listed | {f"verger_rejected_total{{'code': '{code}'}}" for code in ERROR_CODES}


@pytest.mark.parametrize(("host", "says"), [("127.0.0.1", "Address already in use"), ("192.0.2.1", "metrics_host")])
def test_a_port_that_cannot_be_had_is_one_sentence(host: str, says: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SettingsError, match=says) as told:
            Page(host, taken.getsockname()[1])
    assert "set metrics_port to a port that is free" in str(told.value)


def test_a_port_is_given_back() -> None:
    port = free_port()
    for _ in range(2):
        Page("127.0.0.1", port).close()
