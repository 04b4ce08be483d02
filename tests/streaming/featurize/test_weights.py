import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import numpy as np
import pytest

from streaming.featurize import conversion, keras_weights
from streaming.featurize import weights as weights_module
from streaming.featurize.model import Featurizer
from streaming.featurize.model_cache import cached, default_cache_dir
from streaming.featurize.weights import Model, WeightsError, resolve_model
from tests.streaming.featurize.drawing import drawing, speckled

HDF5 = b"\x89HDF\r\n\x1a\n"


def failure(setting: str, cache: Path) -> str:
    with pytest.raises(WeightsError) as e:
        resolve_model(setting, cache)
    message = str(e.value)
    assert setting in message
    assert "\n" not in message
    return message


def test_missing_file_is_one_sentence(tmp_path: Path) -> None:
    assert "No such file" in failure(str(tmp_path / "none.weights.h5"), tmp_path)
    assert "VERGER_WEIGHTS" in failure("file:///none.weights.h5", tmp_path)


def test_file_of_another_kind_is_one_sentence(tmp_path: Path) -> None:
    other = tmp_path / "model.weights.h5"
    other.write_bytes(b"PK\x03\x04 a .keras file")
    assert "not an HDF5 file" in failure(str(other), tmp_path)


def test_auto_without_network_fails_within_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(keras_weights, "URL", "http://127.0.0.1:1/")
    message = failure("auto", tmp_path)
    assert "127.0.0.1" in message
    assert "VERGER_WEIGHTS" in message


def test_auto_takes_what_keras_has_cached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: list[bytes | int]
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / keras_weights.NAMES[1]).write_bytes(HDF5 + b"with top")
    assert resolve_model("auto", tmp_path).tflite == b"converted"
    assert made == [HDF5 + b"with top"]


class Answer(BaseHTTPRequestHandler):
    """Says that `length` bytes come, and sends `body`."""

    length: ClassVar[int]
    body: ClassVar[bytes]

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(self.length))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Answer]]:
    """What the address answers where Keras downloads its weights; nothing is kept yet."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        monkeypatch.setattr(keras_weights, "URL", f"http://127.0.0.1:{server.server_port}/")
        Thread(target=server.serve_forever, daemon=True).start()
        yield Answer
        server.shutdown()


def test_download_is_kept_for_the_next_start(answer: type[Answer], tmp_path: Path, made: list[bytes | int]) -> None:
    answer.body, answer.length = HDF5 + b"weights", 15
    resolve_model("auto", tmp_path)
    assert made == [answer.body]
    assert (tmp_path / "models" / keras_weights.NAMES[0]).read_bytes() == answer.body


def test_download_that_breaks_off_is_one_sentence(answer: type[Answer], tmp_path: Path) -> None:
    answer.body, answer.length = HDF5 + b"half", 1000
    assert "IncompleteRead" in failure("auto", tmp_path)
    assert not (tmp_path / "models").exists()


def test_download_that_is_no_hdf5_file_is_refused_and_not_kept(answer: type[Answer], tmp_path: Path) -> None:
    answer.body, answer.length = b"<html>log in first</html>", 25
    assert "not an HDF5 file" in failure("auto", tmp_path)
    assert not (tmp_path / "models").exists()


def test_download_that_cannot_be_kept_is_used(
    answer: type[Answer], tmp_path: Path, made: list[bytes | int], caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "models").write_text("in the way")
    answer.body, answer.length = HDF5 + b"weights", 15
    resolve_model("auto", tmp_path)
    assert made == [answer.body]
    assert "can't be kept" in caplog.text


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[bytes | int]:
    """What was converted, by a converter that takes no time."""
    sources: list[bytes | int] = []

    def fake(source: bytes | int, name: str) -> bytes:
        sources.append(source)
        return b"converted"

    monkeypatch.setattr(weights_module, "converted", fake)
    return sources


def test_s3_uri_is_read_by_the_reader_that_is_passed_in(tmp_path: Path, made: list[bytes | int]) -> None:
    content = {"s3://b/w.h5": HDF5 + b"1"}
    model = resolve_model("s3://b/w.h5", tmp_path, read_s3=content.__getitem__)
    assert hashlib.sha256(HDF5 + b"1").hexdigest()[:12] in model.model_id
    with pytest.raises(WeightsError, match=r"s3://b/none can't be read \(KeyError"):
        resolve_model("s3://b/none", tmp_path, read_s3=content.__getitem__)


def test_model_id_names_weights_conversion_runtime_and_preprocessing(tmp_path: Path, made: list[bytes | int]) -> None:
    (tmp_path / "a.h5").write_bytes(HDF5 + b"a")
    (tmp_path / "b.h5").write_bytes(HDF5 + b"b")
    a, b = (resolve_model(str(tmp_path / f"{name}.h5"), tmp_path) for name in "ab")
    pattern = r"mobilenet_v2_1\.0_224/[0-9a-f]{12}/tf[\d.]+-\d+/litert[\d.]+/rgb-bicubic224-\d+"
    assert re.fullmatch(pattern, a.model_id)
    assert a.model_id != b.model_id
    unturned = resolve_model(str(tmp_path / "a.h5"), tmp_path, exif_orientation=False)
    assert unturned.model_id != a.model_id
    demo = resolve_model("demo", tmp_path)
    assert (demo.is_demo, a.is_demo) == (True, False)
    assert demo.model_id.startswith("demo/")


def test_same_weights_are_converted_once_wherever_they_lie(tmp_path: Path, made: list[bytes | int]) -> None:
    for name in ("a.h5", "b.h5"):
        (tmp_path / name).write_bytes(HDF5 + b"same")
        resolve_model(f"file://{tmp_path / name}", tmp_path / "cache")
    assert len(made) == 1


def test_damaged_cache_entry_is_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert cached(tmp_path, "k", lambda: b"first") == b"first"
    (entry,) = tmp_path.iterdir()
    for damage in (entry.read_bytes()[:-1], entry.read_bytes().replace(b"first", b"worst"), b""):
        entry.write_bytes(damage)
        assert cached(tmp_path, "k", lambda: b"first") == b"first"
        assert cached(tmp_path, "k", lambda: b"not called") == b"first"
    assert "damaged" in caplog.text


def test_crash_while_writing_leaves_no_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(fd: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        cached(tmp_path, "k", lambda: b"content")
    assert list(tmp_path.iterdir()) == []


def test_unwritable_cache_still_gives_a_model(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("in the way")
    assert cached(tmp_path / "file" / "cache", "k", lambda: b"content") == b"content"
    assert "can't be kept" in caplog.text


def test_cache_is_where_xdg_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_cache_dir() == tmp_path / "verger"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert default_cache_dir() == Path.home() / ".cache" / "verger"


def test_second_start_reads_the_cache(
    model: Model, weights: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion, "_run", lambda arguments: "a second conversion")
    assert resolve_model(str(weights), cache_dir) == model


def test_driver_never_loads_tensorflow(model: Model, weights: Path, cache_dir: Path) -> None:
    code = (
        "import sys, pathlib; from streaming.featurize.weights import resolve_model; "
        f"resolve_model({str(weights)!r}, pathlib.Path({str(cache_dir)!r})); "
        "assert not {'tensorflow', 'keras', 'h5py'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], check=True)


def test_weights_of_another_width_are_refused_by_name(weights: Path, tmp_path: Path) -> None:
    """A file like that of alpha 0.5: the same layers with other shapes."""
    import h5py  # type: ignore[import-untyped]

    other = tmp_path / "mobilenet_v2_0.5.weights.h5"
    shutil.copyfile(weights, other)
    with h5py.File(other, "r+") as file:
        del file["layers/conv2d/vars/0"]
        file["layers/conv2d/vars/0"] = np.zeros((3, 3, 3, 16), np.float32)
    message = failure(str(other), tmp_path)
    assert "MobileNetV2" in message
    assert "ValueError" in message


def test_hdf5_file_without_weights_is_refused(tmp_path: Path) -> None:
    import h5py

    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["numbers"] = np.arange(9)
    assert "no Keras weights" in failure(str(tmp_path / "data.h5"), tmp_path)


def test_pinned_weights_must_have_their_hash(tmp_path: Path, made: list[bytes | int]) -> None:
    (tmp_path / "a.h5").write_bytes(HDF5 + b"a")
    digest = hashlib.sha256(HDF5 + b"a").hexdigest()
    assert resolve_model(str(tmp_path / "a.h5"), tmp_path, sha256=digest).tflite == b"converted"
    (tmp_path / "a.h5").write_bytes(HDF5 + b"b")
    with pytest.raises(WeightsError, match=f"SHA-256 [0-9a-f]{{64}}, and weights_sha256 is {digest}"):
        resolve_model(str(tmp_path / "a.h5"), tmp_path, sha256=digest)
    with pytest.raises(WeightsError, match="leave weights_sha256 out"):
        resolve_model("demo", tmp_path, sha256=digest)
    assert made == [HDF5 + b"a"]


def test_demo_weights_tell_pictures_apart(cache_dir: Path) -> None:
    featurizer = Featurizer(resolve_model("demo", cache_dir).tflite)
    a, b = (
        featurizer.features(np.asarray(image.resize((224, 224)), np.uint8))
        for image in (drawing(), speckled().rotate(180))
    )
    assert np.linalg.norm(a) > 1
    assert np.linalg.norm(a - b) > 0.2 * np.linalg.norm(a)
