"""`verger doctor` finds what would stop a stream, says what to mend, and never takes long."""

import json
import os
import socket
import time
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from rich.console import Console

from conf.errors import SettingsError, UserError
from conf.lake import Lake
from conf.locks import lock_lake
from conf.settings import Settings
from streaming.doctor import machine, outputs, places, tables, weights
from streaming.doctor.checks import Check, run_checks
from streaming.doctor.run import print_checks
from streaming.featurize.keras_weights import NAMES
from streaming.landing.ledger import Draft, Ledger
from tests.servers.fixtures import S3
from tests.streaming.landing.fakes import NOW, new_lake, write_features
from tests.streaming.stores.test_folder_rights import as_ordinary_user
from tests.test_verger import verger


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A landing with a picture, an empty lake, and a file that looks like weights."""
    (tmp_path / "landing" / "Kiwi").mkdir(parents=True)
    (tmp_path / "landing" / "Kiwi" / "1.jpg").write_bytes(b"jpeg")
    (tmp_path / "w.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    lake = new_lake(tmp_path)
    return Settings(landing=str(tmp_path / "landing"), lake=lake.root, weights=str(tmp_path / "w.h5"))


def changed(settings: Settings, **values: Any) -> Settings:
    return settings.model_copy(update=values)


def test_the_command_says_that_all_is_well_or_what_to_mend(settings: Settings) -> None:
    words = ("--landing", settings.landing, "--lake", settings.lake, "--weights", settings.weights)
    found = json.loads(verger("doctor", "--json", *words).stdout)
    assert {check["name"] for check in found} >= {
        "python",
        "java",
        "jars",
        "disks",
        "weights",
        "landing",
        "metrics",
        "cleaning",
    }
    assert [c for c in found if not c["well"] and c["name"] not in ("java", "jars")] == []
    done = verger("doctor", *words[:4], "--weights", "/none.h5")
    assert (done.returncode, done.stderr) == (1, "")
    assert "MEND weights    weights = '/none.h5' can't be read (No such file or directory)" in done.stdout
    assert "To mend: " in done.stdout


def test_what_hangs_or_breaks_is_a_finding() -> None:
    def hangs() -> str:
        time.sleep(60)
        return "late"

    def breaks() -> str:
        raise KeyError("a bug")

    began = time.monotonic()
    found = run_checks({"hangs": hangs, "breaks": breaks, "well": lambda: "fine"}, limit_s=0.3)
    assert time.monotonic() - began < 2
    assert [check.well for check in found] == [False, False, True]
    assert "no answer within 0.3 s" in found[0].sentence
    assert found[1].sentence == "KeyError: 'a bug'"


def test_verdict_in_words() -> None:
    for checks, verdict in (
        ([Check("java", True, "there")], "All is well: `verger stream` can run."),
        ([Check("java", False, "none: install it")], "To mend: java."),
    ):
        print_checks(checks, Console(file=(out := StringIO())), as_json=False)
        assert out.getvalue().splitlines()[-1] == verdict


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("weights", "/none.h5", "can't be read"),
        ("weights", __file__, "no HDF5 file and no model.zip"),
        ("weights_sha256", "0" * 64, "has not the SHA-256"),
    ],
)
def test_weights(settings: Settings, name: str, value: str, sentence: str) -> None:
    assert weights.weights(settings) == settings.weights
    with pytest.raises(UserError, match=sentence):
        weights.weights(changed(settings, **{name: value}))


def test_weights_that_are_not_given_by_a_path_have_their_sha256_too(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "models").mkdir()
    (tmp_path / "w.h5").rename(tmp_path / "models" / NAMES[0])
    assert weights.weights(changed(settings, weights="auto")) == f"auto: {tmp_path}/models/{NAMES[0]}"
    for name, sentence in (("auto", "'auto' has not the SHA-256"), ("demo", "leave weights_sha256 out")):
        with pytest.raises(UserError, match=sentence):
            weights.weights(changed(settings, weights=name, weights_sha256="0" * 64))


def test_events_need_a_landing_in_s3_and_a_queue(settings: Settings) -> None:
    assert "not used" in places.queue(settings)
    for landing, sentence in ((settings.landing, "needs a landing in S3"), ("s3://b/in/", "needs a queue")):
        with pytest.raises(UserError, match=sentence):
            places.queue(changed(settings, discover="events", landing=landing))


def test_metrics(settings: Settings, tmp_path: Path) -> None:
    assert outputs.metrics(settings) == "metrics = off, and no port"
    with pytest.raises(UserError, match="set metrics to a file"):
        outputs.metrics(changed(settings, metrics=str(tmp_path / "none" / "x")))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"metrics_port = {port} of metrics_host = '127.0.0.1' can't be had"):
            outputs.metrics(changed(settings, metrics_port=port))
        with lock_lake(Lake(settings.lake), "stream"):
            assert f"port {port} is taken, and a stream is at work" in outputs.metrics(
                changed(settings, metrics_port=port)
            )
    assert f"port {port} is free" in outputs.metrics(changed(settings, metrics_port=port))


def test_cleaning(settings: Settings, tmp_path: Path) -> None:
    assert outputs.cleaning(settings) == "clean_source = off: nothing is moved"
    moved = changed(settings, clean_source="move", clean_to=str(tmp_path / "done" / "here"))
    assert outputs.cleaning(moved) == f"{tmp_path}/done/here can be written"
    (tmp_path / "done").touch()
    with pytest.raises(SettingsError, match=f"clean_to = '{tmp_path}/done/here' can't be a folder, .*/done' is a file"):
        outputs.cleaning(moved)


@pytest.mark.skipif(os.getuid() != 0, reason="only root has folders that another user may not enter")
def test_disks_of_a_lake_that_this_user_may_not_enter_are_those_of_the_folder_above() -> None:
    with TemporaryDirectory() as name:  # mode 700
        settings = Settings(lake=f"{name}/sub/lake")
        assert "GiB free" in as_ordinary_user(lambda: machine.disks(settings))


def test_landing(settings: Settings, tmp_path: Path) -> None:
    assert "such as file:///" in places.landing(settings)
    (empty := tmp_path / "empty").mkdir()
    assert "has no pictures yet" in places.landing(changed(settings, landing=str(empty)))
    with pytest.raises(UserError, match="does not exist"):
        places.landing(changed(settings, landing=str(tmp_path / "none")))


def test_disks(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "GiB free" in machine.disks(settings)
    monkeypatch.setattr(machine, "LEAST_FREE", 2**80)
    with pytest.raises(UserError, match="make room"):
        machine.disks(settings)


def test_a_lake_in_a_folder_needs_no_jars(settings: Settings) -> None:
    assert "no packages" in machine.jars(settings)


def test_jars(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(machine, "package_conf", lambda _: {"spark.jars.packages": "g.h:a:1"})
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setattr(machine, "MAVEN", f"http://127.0.0.1:{closed.getsockname()[1]}")
        with pytest.raises(UserError, match=r"g\.h:a:1, which a refit needs, are not cached, and Maven"):
            machine.jars(settings)
    (tmp_path / ".ivy2.5.2" / "jars").mkdir(parents=True)
    (tmp_path / ".ivy2.5.2" / "jars" / "g.h_a-1.jar").touch()
    assert "cached" in machine.jars(settings)


def test_tables(settings: Settings) -> None:
    assert "features, ledger; 0 versions" in tables.tables(settings)
    assert "none yet" in tables.tables(changed(settings, lake=f"{settings.lake}/other"))
    Ledger(Lake(settings.lake)).append([Draft("file:///a", "A", 1, NOW, None)])
    write_features(Lake(settings.lake), [{"seq": 1}, {"seq": 1}])
    with pytest.raises(UserError, match="the law is broken"):
        tables.tables(settings)


def test_who_is_at_work(settings: Settings) -> None:
    assert "neither" in tables.workers(settings)
    with lock_lake(Lake(settings.lake), "refit"):
        assert f"refit: process {os.getpid()} on" in tables.workers(settings)


@pytest.mark.s3
def test_places_in_s3(settings: Settings, s3_server: S3) -> None:
    there = f"s3://{s3_server.bucket}"
    in_s3 = changed(settings, landing=f"{there}/in/", lake=f"{there}/lake", weights=f"{there}/w.h5")
    with pytest.raises(UserError, match="check the URI, AWS_"):
        weights.weights(in_s3)
    for key in ("in/Kiwi/1.jpg", "w.h5"):
        s3_server.client.put_object(Bucket=s3_server.bucket, Key=key, Body=b"x")
    assert "Kiwi/1.jpg" in places.landing(in_s3)
    assert "1 bytes" in weights.weights(in_s3)
    with pytest.raises(UserError, match="has not the SHA-256"):
        weights.weights(changed(in_s3, weights_sha256="0" * 64))
    moved = changed(in_s3, clean_source="move", clean_to=f"{there}/done/")
    assert outputs.cleaning(moved) == f"the bucket of {there}/done/ is there"
    with pytest.raises(UserError, match=r"clean_to = 's3://no-such-bucket-anywhere/' can't be used \(404"):
        outputs.cleaning(changed(moved, clean_to="s3://no-such-bucket-anywhere/"))
    assert "keeps conditions" in places.lake(in_s3)
    assert "neither" in tables.workers(in_s3)
    with lock_lake(Lake(in_s3.lake), "stream"):
        assert f"stream: process {os.getpid()}" in tables.workers(in_s3)
    left = s3_server.client.list_objects_v2(Bucket=s3_server.bucket, Prefix="lake/doctor-")
    assert left["KeyCount"] == 0
    with pytest.raises(UserError, match=r"NoSuchBucket|404"):
        places.lake(changed(in_s3, lake="s3://no-such-bucket-anywhere/lake"))


def test_an_endpoint_that_never_answers_is_told_in_time(settings: Settings) -> None:
    """Connections are taken and nothing is said."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "eu-west-1"}
        began = time.monotonic()
        done = verger(
            "doctor", "--json", "--landing", "s3://b/in/", "--lake", "s3://b/lake", "--weights", settings.weights,
            "--set", "discover=events", "--set", "queue=q", AWS_ENDPOINT_URL=url, **keys,
        )  # fmt: skip
    assert time.monotonic() - began < 20  # 10 s for the checks, the rest for Python on a busy machine
    assert (done.returncode, done.stderr) == (1, "")
    wrong = {check["name"] for check in json.loads(done.stdout) if not check["well"]}
    assert wrong >= {"landing", "lake", "queue", "tables"}
