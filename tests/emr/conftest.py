"""An AWS without a network for the commands, a package to deploy, and no waiting."""

import time
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from conf.emr import deploy as deploying
from conf.emr import register as registering
from conf.emr.deploy import run_deploy, run_rollback
from conf.load import load_settings
from tests.emr.cloud import TEMPLATE, Cloud


@dataclass
class Commands:
    """The commands as a person gives them, with the settings of `config`; `said` is what they printed."""

    cloud: Cloud
    dist: Path
    config: Path
    said: str = field(default="", init=False)

    def deploy(self, *, release: str | None = None, dry_run: bool = False) -> None:
        printed = StringIO()
        try:
            with self.cloud.at_work():
                run_deploy(load_settings(str(self.config)), Console(file=printed), self.dist, release, dry_run=dry_run)
        finally:
            self.said = printed.getvalue()

    def rollback(self, *, dry_run: bool = False) -> None:
        printed = StringIO()
        with self.cloud.at_work():
            run_rollback(load_settings(str(self.config)), Console(file=printed), dry_run=dry_run)
        self.said = printed.getvalue()


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Cloud:
    found = Cloud()
    for module in (deploying, registering):
        monkeypatch.setattr(module, "connect", lambda: found.aws)
    return found


@pytest.fixture
def commands(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """A package of release 0.1.0, and settings of which one is not a default."""
    monkeypatch.setattr(time, "sleep", lambda _: None)
    monkeypatch.setattr(deploying, "template", lambda: TEMPLATE)
    dist, config = tmp_path / "dist", tmp_path / "emr.toml"
    dist.mkdir()
    for name in ("entry.py", "environment.tar.gz", "verger-0.1.0-py3-none-any.whl", "model.zip"):
        (dist / name).write_bytes(name.encode())
    config.write_text("max_attempts = 3\n")
    return Commands(cloud, dist, config)
