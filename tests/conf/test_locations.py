"""Keys below a lake, or in its bucket."""

import pytest
from pydantic import ValidationError

from conf.errors import SettingsError
from conf.load import load_settings
from conf.locations import as_key
from conf.settings import Settings


@pytest.mark.parametrize("key", ["ACP/pca_plot.png", "plot.png", "a b/ü.png", "reports.png", "my/tables/x.png"])
def test_a_relative_key_is_taken_as_it_is(key: str) -> None:
    assert as_key(key) == key
    assert Settings(plot_key=key).plot_key == key


@pytest.mark.parametrize("key", ["", "/a.png", "a//b.png", "a/", "./a.png", "a/../b.png", "..", "a\nb.png", "a\0.png"])
def test_a_key_that_is_not_relative_or_leads_elsewhere_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r"must be a relative key such as ACP/pca_plot.png"):
        as_key(key)


@pytest.mark.parametrize("folder", ["tables", "reports", "requests"])
def test_a_key_among_what_the_lake_keeps_is_refused(folder: str) -> None:
    with pytest.raises(ValueError, match=f"must not lie in {folder}/"):
        as_key(f"{folder}/plot.png")


def test_a_refused_key_is_a_sentence_that_names_setting_and_value() -> None:
    with pytest.raises(SettingsError, match=r"plot_key = 'tables/x.png' \(--set plot_key\) must not lie in tables/"):
        load_settings(assignments=["plot_key=tables/x.png"])
    with pytest.raises(ValidationError):
        Settings(plot_key="s3://other/plot.png")
