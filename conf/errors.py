"""Errors for people: one sentence each, printed without a traceback. What others named can't write into a terminal."""

from conf.masking import masked
from schemas.text import printable


class SentenceError(Exception):
    """A sentence, on one line without control characters, and without the passwords of URLs."""

    def __init__(self, sentence: str) -> None:
        """`sentence` may hold names of files and answers of servers as they are."""
        super().__init__(printable(masked(sentence)))


class UserError(SentenceError):
    """One sentence that says what is wrong and what to do. `verger` prints it on stderr and exits 2."""


class SettingsError(UserError):
    """A setting that can't be used; the sentence names the setting, its value and the fix."""


class JavaError(UserError):
    """No Java, or one that Spark 4.1 doesn't run on; the sentence says what to install."""


class SparkStartError(UserError):
    """Spark did not start; the sentence says what was tried and where the log is."""


class FailedError(SentenceError):
    """Work that began and could not be finished. One sentence; `verger` prints it on stderr and exits 1."""
