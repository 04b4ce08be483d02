"""What stops a refit: sentences for a person, and state that doesn't fit, which a caller answers by starting anew."""

from conf.errors import FailedError


class RefitError(FailedError):
    """There is no PCA of these pictures, or it can't be written. One sentence that says why, and what to do."""


class MomentsError(ValueError):
    """Moments that don't fit each other or their packed form; computing them anew from the rows mends it."""


class NotFiniteError(ValueError):
    """Rows with NaN, an infinity or a value too large to be squared: the caller filters and counts them first."""
