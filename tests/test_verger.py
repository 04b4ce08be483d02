"""The command line, run as a person runs it."""

import os
import subprocess
import sys
from pathlib import Path

from tests.fruits_drawn import drawn_lake

ROOT = Path(__file__).parent.parent


def verger(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "verger.py"), *arguments]
    env = dict(os.environ) | variables
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_config_shows_values_and_where_they_are_from(tmp_path: Path) -> None:
    landing = str(tmp_path / ("long" * 30))
    done = verger("config", "--set", "cores=3", "--landing", landing, VERGER_MAX_ATTEMPTS="2")
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["cores", "3", "--set", "cores"] in rows
    assert ["landing", landing, "--landing"] in rows
    assert ["max_attempts", "2", "VERGER_MAX_ATTEMPTS"] in rows
    assert ["weights", "auto", "default"] in rows
    assert (done.returncode, done.stderr) == (0, "")


def test_config_masks_secrets() -> None:
    done = verger(
        "config",
        AWS_ENDPOINT_URL="http://user:hunter2@127.0.0.1:9000",
        AWS_SECRET_ACCESS_KEY="hunter2",
        AWS_SESSION_TOKEN="hunter2",
        AWS_REGION="eu-west-3",
    )
    assert "hunter2" not in done.stdout + done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["AWS_SECRET_ACCESS_KEY", "********"] in rows
    assert ["AWS_REGION", "eu-west-3"] in rows
    assert ["AWS_ENDPOINT_URL", "http://********@127.0.0.1:9000"] in rows


def test_a_bad_setting_is_one_sentence_and_exit_2() -> None:
    done = verger("config", VERGER_LANDING="gs://b/x")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("verger: landing = 'gs://b/x' (VERGER_LANDING) has the scheme gs://")
    assert done.stderr.count("\n") == 1


def test_a_misspelled_option_is_exit_2_without_a_traceback() -> None:
    done = verger("config", "--landign", "x")
    assert done.returncode == 2
    assert "No such option" in done.stderr
    assert "Traceback" not in done.stderr


def test_version_is_printed() -> None:
    done = verger("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("verger")


def test_closed_and_full_standard_output_get_no_traceback() -> None:
    command = f"{sys.executable} {ROOT / 'verger.py'} config"
    closed = subprocess.run(f"{command} >&-", shell=True, capture_output=True, text=True, timeout=60, check=False)
    assert (closed.returncode, closed.stderr) == (0, "")
    full = subprocess.run(f"{command} >/dev/full", shell=True, capture_output=True, text=True, timeout=60, check=False)
    assert (full.returncode, full.stderr) == (1, "verger: what is printed can't be written: No space left on device\n")


def test_an_argument_that_is_not_utf_8_is_refused() -> None:
    command: list[str | bytes] = [sys.executable, str(ROOT / "verger.py"), "show", b"\xff"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "is not UTF-8" in done.stderr


def test_a_table_that_lacks_a_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    lake = drawn_lake(tmp_path)
    for data in Path(lake.uri("features")).glob("*.parquet"):
        data.unlink()
    for command in (["status"], ["show", "Plum/5.png"], ["export", "--out", str(tmp_path / "x.parquet")]):
        done = verger(*command, "--lake", lake.root)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert "a table lacks a file that its log names: " in done.stderr


def test_a_host_that_can_not_be_is_told_in_a_sentence(tmp_path: Path) -> None:
    done = verger("dashboard", "--host", "a..b", "--lake", drawn_lake(tmp_path).root)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr


def test_convert_and_demo_say_what_they_can_not_write(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for command in (
        ["convert", "s3://b/m.zip"],
        ["convert", str(tmp_path)],
        ["convert", str(tmp_path / ("x" * 300))],
        ["demo", "--folder", str(tmp_path / "file")],
    ):
        done = verger(*command)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr


def test_a_uri_that_names_no_object_is_refused_before_anything_is_read() -> None:
    for command, out in (("export", "s3://bucket/results/"), ("report", "s3a://bucket")):
        done = verger(command, "--out", out, "--lake", "/no/lake")
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert done.stderr.startswith(f"verger: --out = '{out}' names no object"), done.stderr
