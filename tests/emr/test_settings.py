"""The table `[emr]` of a settings file."""

from pathlib import Path

import pytest

from conf.emr.settings import EmrSettings, emr_settings
from conf.errors import SettingsError
from conf.load import load_settings
from tests.conftest import ROOT


def settings(tmp_path: Path, text: str) -> EmrSettings:
    file = tmp_path / "emr.toml"
    file.write_text(text)
    found = load_settings(str(file))
    return emr_settings(found.emr, "emr.toml")


def test_every_setting_has_a_description() -> None:
    assert [name for name, field in EmrSettings.model_fields.items() if not field.description] == []


def test_the_table_is_beside_vergers_own_settings(tmp_path: Path) -> None:
    found = settings(
        tmp_path, "max_attempts = 2\n[emr]\nstream_executors = 9\n[emr.parameters]\nRefitHours = 30\nX = true\n"
    )
    assert (found.stream_executors, found.name) == (9, "verger")
    assert found.parameters == {"RefitHours": "30", "X": "true"}


def test_the_file_that_is_shipped_is_one(tmp_path: Path) -> None:
    assert settings(tmp_path, (ROOT / "conf" / "emr.toml").read_text("utf-8")).name == "verger"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[emr]\nexecutors = 3\n", r"\[emr\] in emr.toml has an unknown setting, executors"),
        ("[emr]\nstream_executors = 0\n", r"stream_executors = 0 \(\[emr\] in emr.toml\) must be at least 1"),
        ("[emr]\nexecutor_vcpu = 3\n", r"executor_vcpu = 3 .* must be 1, 2, 4, 8 or 16"),
        ("[emr]\nname = 'Verger'\n", "name = 'Verger' .* must be 2 to 20 small letters"),
        ("[emr]\ndriver_memory_gb = 17\n", "driver_memory_gb = 17 does not fit driver_vcpu = 2: .* with 4 to 16 GB"),
        ("[emr]\nexecutor_vcpu = 8\nexecutor_memory_gb = 18\n", "with 16 to 60 GB in steps of 4"),
        ("[emr]\nparameters = 3\n", "parameters = 3"),
        ("emr = 3\n", r"has a value emr: it is a table, so write \[emr\]"),
    ],
)
def test_what_can_not_be_is_one_sentence(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=sentence):
        settings(tmp_path, text)
