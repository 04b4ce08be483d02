"""From bytes to a row, whatever the bytes do to the process that decodes them."""

import hashlib
from collections.abc import Callable
from functools import cached_property

from streaming.featurize.isolation.bounds import alarm, prepare_process
from streaming.featurize.isolation.isolated import Isolated
from streaming.featurize.isolation.suspects import Suspects
from streaming.featurize.limits import Limits
from streaming.featurize.rows import Featurizes, Result, featurize_one


class Guarded:
    """Decodes in this process, which a picture may end: Spark then starts the task again, as a `retry`.

    At a retry every picture goes to a child process, so that one retry is enough however many killers there are. At the
    first attempt only suspects go there, and what crashed here without ending the process (no memory, a bug of ours).
    """

    def __init__(
        self, load: Callable[[], Featurizes], isolated: Isolated, limits: Limits, suspects: Suspects, *, retry: bool
    ) -> None:
        self._load, self._isolated, self._limits, self._suspects, self._retry = load, isolated, limits, suspects, retry
        suspects.gather()
        prepare_process(isolated.bounds.memory)

    def __call__(self, data: bytes, path: str) -> Result:
        """The row of one picture. Raises ChildStartError."""
        digest = hashlib.sha256(data).hexdigest()
        if self._retry or digest in self._suspects:
            return self._apart(data, path, digest)
        model = self._model  # loaded before the alarm is set
        with self._suspects.at(digest), alarm(self._isolated.bounds.timeout_s):
            result = featurize_one(data, model, self._limits, path, digest)
        return self._apart(data, path, digest) if result.error_code == "crashed" else result

    @cached_property
    def _model(self) -> Featurizes:
        return self._load()

    def _apart(self, data: bytes, path: str, digest: str) -> Result:
        result = self._isolated.featurize(data, path, digest)
        if self._isolated.ended_by(digest):
            self._suspects.add(digest)
        elif digest in self._suspects:
            self._suspects.discard(digest)
        return result
