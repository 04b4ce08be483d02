"""The source's options, as Spark hands them over."""

import pytest

from streaming.landing.options import LandingOptions


def test_what_is_written_is_read_back() -> None:
    told = {"discover": "events", "queue": "q", "drain": True, "reconcile_every_h": 0.5}
    options = LandingOptions("file:///x", "/lake", ("*.jpg", "a,b*"), hidden_names=True, settle_s=0.25, **told)  # type: ignore[arg-type]
    assert LandingOptions.parse(options.to_spark()) == options


def test_a_list_may_have_commas() -> None:
    assert LandingOptions.parse({"path": "p", "lake": "l", "NAME_PATTERNS": "*.jpg,*.png"}).name_patterns == (
        "*.jpg",
        "*.png",
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"path": "p"}, 'needs its option "lake"'),
        ({"path": "p", "lake": "l", "pol": "1"}, 'no option "pol"'),
        ({"path": "p", "lake": "l", "discover": "magic"}, "can't read 'magic' as its option \"discover\""),
        ({"path": "p", "lake": "l", "discover": "events"}, 'needs its option "queue"'),
        ({"path": "p", "lake": "l", "cores": "two"}, "can't read 'two' as its option \"cores\""),
    ],
)
def test_a_wrong_option_is_named(options: dict[str, str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        LandingOptions.parse(options)
