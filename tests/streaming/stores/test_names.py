import pickle

import pytest

from streaming.stores.names import NamePatterns


@pytest.mark.parametrize("name", ["a.jpg", "A.JPG", "x/y z/é.Png", "a//b.jpg", "a/./b.jpg", "../b.webp", "\n.jpg"])
def test_pictures_are_taken(name: str) -> None:
    assert NamePatterns().takes(name)


@pytest.mark.parametrize("name", ["a.txt", "jpg", "a.jpg.part", "a.jpg/", "", "a.jpg/b", "a.jpg\n"])
def test_other_names_are_not(name: str) -> None:
    assert not NamePatterns().takes(name)


@pytest.mark.parametrize("name", [".a.jpg", "_a.jpg", "_tmp/a.jpg", "x/.git/a.jpg", "x/_SUCCESS/y/a.jpg", "..a/b.jpg"])
def test_hidden_names_are_left_out_unless_asked_for(name: str) -> None:
    assert not NamePatterns().takes(name)
    assert NamePatterns(hidden=True).takes(name)


def test_partition_folder_with_underscore_is_not_hidden() -> None:
    assert NamePatterns().takes("_day=3/a.jpg")


def test_patterns_decide_and_pickle() -> None:
    names = pickle.loads(pickle.dumps(NamePatterns(("*.jpg*", "b[0-9].raw"))))
    assert names.takes("x.jpg#12")
    assert names.takes("B7.RAW")
    assert not names.takes("bx.raw")
    assert not NamePatterns(()).takes("a.jpg")
