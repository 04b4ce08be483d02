"""Errors that are the user's to mend: one sentence each, printed without a traceback, exit code 2."""


class UserError(Exception):
    """One sentence that says what is wrong and what to do. `verger` prints it on stderr and exits 2."""


class SettingsError(UserError):
    """A setting that can't be used; the sentence names the setting, its value and the fix."""


class JavaError(UserError):
    """No Java, or one that Spark 4.1 doesn't run on; the sentence says what to install."""


class SparkStartError(UserError):
    """Spark did not start; the sentence says what was tried and where the log is."""


class FailedError(Exception):
    """Work that began and could not be finished. One sentence; `verger` prints it on stderr and exits 1."""
