"""What `make package` writes: a wheel with everything, an environment that needs nothing of this checkout."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from conf.emr import environment
from conf.emr.lock import cluster_lock
from conf.emr.package import ARCHIVE, LOCK, WHEEL
from conf.errors import UserError
from streaming.featurize.weights import WeightsError, packed_model, resolve_model
from tests.conftest import ROOT

#: Everything that a driver or a worker imports of ours, where Spark's own modules are the cluster's.
IMPORTS = """
import importlib, pkgutil, sys
import batch, conf, schemas, streaming
left_out = {"streaming.featurize.convert", "streaming.featurize.demo_weights", "conf.emr.environment", "conf.emr.lock"}
names = ["verger"]
for package in (batch, conf, schemas, streaming):
    names += [m.name for m in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
for name in names:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        assert (error.name or "").split(".")[0] in {"pyspark", "py4j"} or name in left_out, (name, error)
import ai_edge_litert.interpreter, boto3, deltalake, obstore, simplejpeg, PIL.Image, matplotlib
print(len(names), *{m.__file__ for m in (conf, deltalake, ai_edge_litert)}, sep="\\n")
"""


def test_the_cluster_installs_what_the_lock_file_pins_but_for_spark_and_tensorflow() -> None:
    whole, part = ((ROOT / LOCK).read_text("utf-8"), cluster_lock(ROOT / LOCK))
    assert set(part.splitlines()) <= set(whole.splitlines())
    names = {line.split("==")[0] for line in part.splitlines() if "==" in line}
    assert {"ai-edge-litert", "deltalake", "obstore", "boto3", "botocore", "simplejpeg", "pydantic-core"} <= names
    assert not {"pyspark", "py4j", "tensorflow", "tensorflow-cpu", "keras", "h5py", "grpcio"} & names
    assert part.count("--hash=sha256:") >= len(names)


def test_the_wheel_has_every_module_settings_file_and_java_source(dist: Path) -> None:
    with zipfile.ZipFile(next(dist.glob(WHEEL))) as wheel:
        packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    ours = {
        str(file.relative_to(ROOT))
        for folder in ("schemas", "conf", "streaming", "batch")
        for pattern in ("*.py", "*.toml", "*.java")
        for file in (ROOT / folder).rglob(pattern)
    }
    assert ours | {"verger.py"} <= packed
    assert not [name for name in packed if name.startswith("tests")]


def test_the_environment_runs_where_it_is_unpacked(dist: Path, tmp_path: Path) -> None:
    with tarfile.open(dist / ARCHIVE) as archive:
        archive.extractall(tmp_path / environment.FOLDER, filter="fully_trusted")
    python = tmp_path / environment.INTERPRETER
    assert python.readlink() == Path("/usr/bin/python3.11")
    done = subprocess.run(
        [python, "-c", IMPORTS], cwd=tmp_path, env={"PATH": "/usr/bin"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    count, *files = done.stdout.split()
    assert int(count) > 150
    assert all(file.startswith(str(tmp_path)) for file in files)
    assert not list((tmp_path / environment.FOLDER).glob("**/pyspark"))


def test_another_python_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 12, 1))
    with pytest.raises(UserError, match=r"EMR runs Python 3.11 on Linux x86-64, and this is Python"):
        environment.check_machine()


def test_a_wheel_for_a_newer_glibc_is_one_sentence(tmp_path: Path) -> None:
    about = tmp_path / "some-1.0.dist-info" / "WHEEL"
    about.parent.mkdir()
    about.write_text("Tag: cp311-cp311-manylinux_2_17_x86_64\nTag: cp311-cp311-manylinux_2_39_x86_64\n")
    environment.check_glibc(tmp_path)
    about.write_text("Tag: cp311-cp311-manylinux_2_35_x86_64\n")
    with pytest.raises(UserError, match=r"some-1.0 needs glibc 2.35, and EMR has 2.34"):
        environment.check_glibc(tmp_path)


def test_a_converted_model_is_the_same_model_without_tensorflow(
    weights: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = resolve_model(weights)
    (tmp_path / "model.zip").write_bytes(packed_model(weights))
    monkeypatch.setattr("streaming.featurize.weights._converter", lambda: pytest.fail("needs TensorFlow"))
    assert resolve_model(str(tmp_path / "model.zip")) == right
    (tmp_path / "model.zip").write_bytes((tmp_path / "model.zip").read_bytes()[:-1000])
    with pytest.raises(WeightsError, match="not an HDF5 file"):
        resolve_model(str(tmp_path / "model.zip"))
