"""Watches a running query: until it is drained, until someone asks to stop, until something is wrong."""

import re
import time
from contextlib import suppress
from dataclasses import dataclass, field

from py4j.protocol import Py4JError
from pyspark.sql.streaming.query import StreamingQuery

from conf.delta_errors import reason
from conf.errors import FailedError
from conf.jvm import end_jvm, is_submitted, kill_jvm
from conf.lake import Lake
from conf.locks import Hold
from conf.settings import Settings
from streaming.landing.news import NEWS_FILE, News
from streaming.landing.news_copy import NewsCopy
from streaming.live import Report
from streaming.sink import FeaturesSink, SinkError
from streaming.stopping import Stopping

#: How often the query, the signals and the source's news are looked at.
LOOK_S = 0.25
#: Without its JVM, what is left of a batch for the sink takes milliseconds.
SINK_END_S = 5.0
JVM_ENDED = "Spark's JVM has ended: start the stream again, nothing is lost"


class StreamError(FailedError):
    """The stream ended, and not because someone asked. One sentence for a person; nothing is lost."""


@dataclass
class Driver:
    """One query, from its start to the end of its JVM. `watch` and `drain` return in words how it ended."""

    settings: Settings
    query: StreamingQuery
    sink: FeaturesSink
    report: Report
    stopping: Stopping
    hold: Hold
    copy: NewsCopy = field(init=False)

    def __post_init__(self) -> None:
        self.copy = NewsCopy(Lake(self.settings.lake))

    def watch(self) -> str:
        """Go on until SIGTERM or Ctrl-C.

        Raises:
            StreamError: the query or its JVM ended by itself.
        """
        while not self.stopping.requested:
            self._look()
            time.sleep(LOOK_S)
        return self._stop()

    def drain(self) -> str:
        """Go on until a whole listing has been announced, every announcement has its row, and no retry waits.

        With events, the listing is a reconcile that takes everything, and the queue must have been seen empty.

        Raises:
            StreamError: the query or its JVM ended by itself, or nothing moved for `drain_wait_s`.
        """
        seen, since = (0, 0), time.monotonic()
        while not self.stopping.requested:
            news = self._look()
            if self._is_drained(news):
                self._end()
                return "drained"
            if self.sink.busy or seen != (news.head, self.sink.last_seq):
                seen, since = (news.head, self.sink.last_seq), time.monotonic()
            elif time.monotonic() - since > self.settings.drain_wait_s:
                self._end()
                raise StreamError(f"gave up after {self.settings.drain_wait_s:g} s: {_what_waits(news)}")
            time.sleep(LOOK_S)
        return self._stop()

    def _look(self) -> News:
        """Show how it stands. The news of another run are none."""
        self._check_hold()
        try:
            active = self.query.isActive
        except (Py4JError, OSError):
            active = None
        if not active and not self.stopping.requested:
            raise self._failure(jvm_is_gone=active is None)
        news = News.read(Lake(self.settings.lake).beside(NEWS_FILE))
        if news.run != self.sink.run:
            news = News()
        self.report.tick(news, working=self.sink.busy)
        self.copy.tell(news)
        return news

    def _check_hold(self) -> None:
        """A lake that may be another's by now is not written any more: not even the batch under way."""
        try:
            self.hold.check()
        except FailedError as error:
            self._kill(why := f"{error}; it is undone what was under way")
            raise StreamError(why) from error

    def _is_drained(self, news: News) -> bool:
        """All that was found has a row, and the source has seen those rows, and nobody wants any of them again."""
        return (
            news.listings > 0
            and news.caught_up
            and not (news.error or news.settling or news.retries or news.requests or self.sink.busy)
            and self.sink.last_seq == news.head == news.rows_seen
        )

    def _stop(self) -> str:
        """Let the running batch end within the grace period; else leave it undone."""
        self.sink.closed = True  # what begins from now on writes nothing
        until = time.monotonic() + (grace_s := self.settings.stop_grace_s)
        if self.sink.busy:
            self.report.say(f"stopping: the running batch has {grace_s:g} s to end; a second signal ends all at once")
        while self.sink.busy and time.monotonic() < until and self._jvm_lives():
            time.sleep(LOOK_S)
        if not self.sink.busy:
            self._end()
            return "stopped"
        self._kill(how := "stopped, the running batch is undone and will be done by the next start")
        return how

    def _end(self) -> None:
        with suppress(Exception):  # the query may be gone with its JVM
            self.query.stop()
        end_jvm()

    def _jvm_lives(self) -> bool:
        try:
            return bool(self.query.isActive)
        except (Py4JError, OSError):
            return False

    def _failure(self, *, jvm_is_gone: bool) -> StreamError:
        """Why the query ended. Its JVM is gone when this returns; that of spark-submit ends with this process."""
        if jvm_is_gone:
            why = JVM_ENDED
        elif isinstance(self.sink.failure, (SinkError, FailedError)):
            why = str(self.sink.failure)
        else:
            why = f"the stream failed, nothing is lost: {_reason(str(self.query.exception()))}"
        if not is_submitted():
            self._kill()
        return StreamError(why)

    def _kill(self, last_words: str = "") -> None:
        """End the JVM at once; then wait for the sink's thread, which in native code would crash a Python that ends."""
        kill_jvm(last_words)
        until = time.monotonic() + SINK_END_S
        while self.sink.busy and time.monotonic() < until:
            time.sleep(LOOK_S)


def _reason(text: str) -> str:
    """The last error that a chain of Java and Python tracebacks names; of delta-rs's trees what is behind them."""
    named = re.findall(r"^(?:Caused by: )?(?:[\w.]+\.)?(\w+(?:Error|Exception): .+(?:\n.*↳.*)*)$", text, re.MULTILINE)
    if named and "↳" in named[-1]:
        return reason(OSError(named[-1]))
    return str(named[-1]) if named else text.strip().split("\n")[0][:300]


def _what_waits(news: News) -> str:
    if news.error:
        return news.error
    if not news.listings:
        return "the landing could not be listed to its end"
    if not news.caught_up:
        return "the queue still has messages"
    return f"{news.settling} files keep changing, {news.retries} pictures wait for another attempt"
