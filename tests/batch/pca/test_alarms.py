"""Warnings: one sentence for each threshold passed, none on a calm night."""

from dataclasses import replace

import pytest

from batch.pca.alarms import Thresholds, warnings
from batch.pca.drift import Drift

CALM = Drift(
    eigengap=0.2,
    counts_by_label={"Kiwi": 10, "Lemon": 10},
    counts_before={"Kiwi": 10},
    angles=(0.0, 0.01),
    captured=0.499,
    capturable=0.5,
    mean_shift=0.1,
    relative_mean_shift=0.001,
)


def test_a_calm_night_has_no_warning() -> None:
    assert warnings(CALM, Thresholds()) == []


def test_the_first_refit_has_no_warning() -> None:
    assert warnings(Drift(0.2, {"Kiwi": 1}), Thresholds()) == []


@pytest.mark.parametrize(
    ("drift", "sentence"),
    [
        (replace(CALM, angles=(0.0, 1.0)), "the components turned by 57.3° since the last refit (warning above 30°)"),
        (
            replace(CALM, captured=0.4),
            (
                "the last refit's components capture 40.0% of the variance, where as many new ones capture 50.0% "
                "(warning above 5.0% lost)"
            ),
        ),
        (
            replace(CALM, relative_mean_shift=0.5),
            "the mean of the features moved by 0.50 standard deviations since the last refit (warning above 0.1)",
        ),
        (
            replace(CALM, eigengap=0.001),
            (
                "the last component's variance is only 0.10% above the next one's, which is left out: which of the "
                "two is kept is chance (warning below 1.00%); set another k"
            ),
        ),
        (
            replace(CALM, counts_before={"Kiwi": 1_000, "gone": 3, "Lemon": 20}),
            "labels that lost more than 50% of their pictures: 'Kiwi' (1,000 to 10), 'gone' (3 to 0)",
        ),
    ],
)
def test_each_threshold_has_its_sentence(drift: Drift, sentence: str) -> None:
    assert warnings(drift, Thresholds()) == [sentence]


def test_all_thresholds_passed_are_five_sentences() -> None:
    worst = Drift(0.0, {}, {"Kiwi": 1}, (1.5,), 0.0, 0.5, 9.0, 9.0)
    assert len(warnings(worst, Thresholds())) == 5


def test_many_lost_labels_are_one_line() -> None:
    lost = replace(CALM, counts_before={f"a\nlabel {i} " + "x" * 500: 5 for i in range(131)})
    (sentence,) = warnings(lost, Thresholds())
    assert sentence.endswith(" and 126 more")
    assert "\n" not in sentence
    assert len(sentence) < 400
