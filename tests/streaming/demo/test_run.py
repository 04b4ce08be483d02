"""`verger demo` as a new user runs it."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from deltalake import DeltaTable
from PIL import Image
from rich.console import Console

from conf.settings import Settings
from streaming.demo import run
from streaming.featurize.weights import WeightsError
from tests.readme import README


def demo(folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"COLUMNS": "150"}
    command = [sys.executable, "-m", "verger", "demo", "--weights", "demo", "--folder", str(folder / "demo")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.spark
def test_the_demo_leaves_a_table_that_others_read_and_says_what_came_out(tmp_path: Path) -> None:
    done = demo(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "demo weights" in done.stdout
    assert "240 pictures with 1,280 features each" in done.stdout
    assert "half_uploaded.jpg" in done.stdout
    table = DeltaTable(str(tmp_path / "demo/lake/tables/features")).to_pyarrow_table()
    assert duckdb.from_arrow(table).aggregate("status, count(*)", "status").order("status").fetchall() == [
        ("ok", 240),
        ("rejected", 10),
    ]
    means = duckdb.from_arrow(table).filter("status = 'ok'").aggregate("label, avg(list_avg(features))").fetchall()
    assert len({round(mean, 6) for _, mean in means}) == 10
    assert "components (k)" in done.stdout
    assert Image.open(tmp_path / "demo/lake/ACP/pca_plot.png").size > (1000, 800)
    subprocess.run([sys.executable, "-c", readme_walk()], cwd=tmp_path, check=True, timeout=60)


def readme_walk() -> str:
    """The README's walk through the demo's tables, as somebody types it: each piece goes on from the one before."""
    pieces: dict[str, str] = dict(
        re.findall(r"<!-- read: (\w+) -->\n```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    )
    assert list(pieces) == ["duckdb", "similar", "pandas", "projection", "deltalake", "spark"]
    return "\n".join(code for reader, code in pieces.items() if reader != "spark")


def test_without_imagenet_weights_the_demo_takes_its_own_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_weights: str, sha256: str) -> None:
        raise WeightsError("no weights to be had")

    monkeypatch.setattr(run, "resolve_model", refuse)
    console = Console(file=io.StringIO(), width=200)
    assert run._with_weights(Settings(), console).weights == "demo"
    assert "no weights to be had" in console.file.getvalue()  # type: ignore[attr-defined]
    assert run._with_weights(Settings(weights="/my.weights.h5"), console).weights == "/my.weights.h5"


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "thesis.txt").write_text("mine")
    done = demo(tmp_path)
    assert done.returncode == 2
    assert "name an empty folder" in done.stderr
    assert (tmp_path / "demo" / "thesis.txt").read_text() == "mine"
