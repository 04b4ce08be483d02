"""Metrics go where the settings say; what is wrong with them is said before Spark starts."""

import socket
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from conf.settings import Settings
from streaming.landing.news import News
from streaming.metrics.recording import recorded
from tests.conf.emf_lines import read_line, total
from tests.conf.test_outlet import wait_for
from tests.streaming.metrics.made import batch
from tests.streaming.metrics.test_page import free_port, scraped
from tests.streaming.service import Service


def test_a_start_a_batch_and_an_end_are_in_the_file_and_on_the_page(tmp_path: Path) -> None:
    target, port = tmp_path / "metrics", free_port()
    settings = Settings(lake=str(tmp_path), metrics=str(target), metrics_name="orchard-2", metrics_port=port)
    with recorded(settings, tmp_path) as recorder:
        recorder.look(News(run="run", head=10, rows_seen=10))
        wait_for(lambda: scraped(port)["verger_disk_free_bytes"] > 0)
        recorder.batch(batch())
    lines = target.read_text().splitlines()
    assert {read_line(line)["Name"] for line in lines} == {"orchard-2"}
    assert (total(lines, "Started"), total(lines, "Seen"), total(lines, "Rejected", "empty")) == (1, 10, 1)
    with pytest.raises(OSError, match="refused"):
        scraped(port)


def test_by_default_there_are_none(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with recorded(Settings(), tmp_path) as recorder:
        recorder.batch(batch())
    assert (capfd.readouterr().out, list(tmp_path.iterdir())) == ("", [])


def test_standard_output_gets_whole_lines(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with recorded(Settings(metrics="stdout"), tmp_path) as recorder:
        recorder.batch(batch())
    assert total(capfd.readouterr().out.splitlines(), "Ok") == 7


@pytest.mark.parametrize(
    "bad", [{"metrics": "s3://b/metrics"}, {"metrics": ""}, {"metrics_name": "a b"}, {"metrics_port": 65536}], ids=str
)
def test_what_cannot_be_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**bad)


def test_a_port_or_a_place_that_cannot_be_had_is_said_before_spark_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        cases: list[tuple[dict[str, object], str]] = [
            ({"metrics_port": port}, f"metrics_port = {port} of metrics_host = '127.0.0.1' can't be had (Address"),
            ({"metrics": tmp_path}, f"metrics = '{tmp_path}' can't be written: set metrics to a file"),
        ]
        for wrong, says in cases:
            service = Service(tmp_path, "demo", wrong)
            assert service.start("--drain").wait(60) == 2, service.printed()
            assert says in service.printed()
    assert "Traceback" not in service.printed()
    assert "starting Spark" not in service.printed()
