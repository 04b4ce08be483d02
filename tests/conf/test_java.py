"""Which Java is found, and what is said about one that won't do."""

from pathlib import Path

import pytest

from conf.errors import JavaError
from conf.java import check_java


def fake_java(home: Path, says: str, code: int = 0) -> Path:
    """A `java` that prints a line on stderr, as `java -version` does."""
    java = home / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\necho 'Picked up JAVA_TOOL_OPTIONS: -Xmx1g' >&2\necho '{says}' >&2\nexit {code}\n")
    java.chmod(0o755)
    return java


@pytest.mark.parametrize(
    "says",
    ['openjdk version "17.0.15" 2025-04-15', 'java version "21" 2023-09-19', 'openjdk version "21-ea"'],
)
def test_java_17_and_21_are_taken(says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = fake_java(tmp_path, says)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert check_java() == str(java)


@pytest.mark.parametrize(
    ("says", "code", "found"),
    [
        ('openjdk version "1.8.0_452"', 0, "Java 8"),
        ('openjdk version "11.0.2"', 0, "Java 11"),
        ('openjdk version "25"', 0, "Java 25"),
        ("Unable to locate a Java Runtime.", 1, "no Java that runs"),
    ],
)
def test_other_javas_are_refused_with_what_to_install(
    says: str, code: int, found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_java(tmp_path, says, code)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(JavaError, match=rf"needs Java 17 or 21, but .* is {found}: install Java 17 \(Debian"):
        check_java()


def test_java_on_the_path_is_taken_without_java_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = fake_java(tmp_path, 'openjdk version "17.0.1"')
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(java.parent), prepend=":")
    assert check_java() == str(java)


def test_no_java_at_all_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(JavaError, match="none on the PATH: install Java 17"):
        check_java()


def test_java_home_that_leads_nowhere_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "gone"))
    with pytest.raises(JavaError, match=r"JAVA_HOME = '.*gone' has no bin/java"):
        check_java()
