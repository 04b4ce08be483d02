"""Labels as text: one short printable line, whatever the folder was called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.names import LABEL_CHARS, readable


@given(st.text())
def test_any_label_is_one_short_printable_line(label: str) -> None:
    shown = readable(label)
    assert shown.isprintable()
    assert 0 < len(shown) <= LABEL_CHARS


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("Apple Red 1", "Apple Red 1"),
        ("$x_1$", "$x_1$"),
        ("a\n\tb", "a b"),
        ("", "(no label)"),
        ("\u202egpj", "\ufffdgpj"),
        ("a" * 20 + "b" * 20, "a" * 14 + "…" + "b" * 13),
    ],
)
def test_labels_are_shown_as(label: str, shown: str) -> None:
    assert readable(label) == shown
