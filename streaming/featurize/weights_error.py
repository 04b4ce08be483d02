"""Why there is no model."""

from conf.errors import UserError


class WeightsError(UserError):
    """The weights can't be had: one sentence with what was tried and what to do."""
