"""The news of a lake in S3, for other machines: what people read of them is copied into the lake now and then."""

import json
import logging
import threading
import time
from dataclasses import asdict, dataclass, field

from conf.lake import Lake
from conf.locations import is_s3
from streaming.lake_file import read_file, replace_file
from streaming.landing.news import NEWS_FILE, News

#: Seconds between two copies. An object of its own each time would be 5 dollars for a million.
EVERY_S = 60.0

log = logging.getLogger(__name__)


def read_news(lake: Lake) -> News:
    """What the lake's stream told last: on its own machine the latest, on others the copy; empty if there is none."""
    here = News.read(lake.beside(NEWS_FILE))
    if not is_s3(lake.root):
        return here
    try:
        copy = News(**json.loads(read_file(f"{lake.root}/{NEWS_FILE}")))
    except (OSError, ValueError, TypeError):
        return here
    return here if here.run == copy.run else copy


@dataclass
class NewsCopy:
    """Copies in a thread, at most once in `EVERY_S`: a slow or unreachable S3 holds nothing up."""

    lake: Lake
    _copied: News = field(default_factory=News)
    _next_at: float = 0.0
    _thread: threading.Thread | None = None

    def tell(self, news: News) -> None:
        """Copy these, unless they say to people what the last ones said, or it is too soon."""
        due = is_s3(self.lake.root) and news.run and time.monotonic() >= self._next_at
        if due and _told(news) != _told(self._copied) and not (self._thread and self._thread.is_alive()):
            self._next_at = time.monotonic() + EVERY_S
            self._thread = threading.Thread(target=self._copy, args=(news,), name="news copy", daemon=True)
            self._thread.start()

    def _copy(self, news: News) -> None:
        try:
            replace_file(f"{self.lake.root}/{NEWS_FILE}", json.dumps(asdict(news)).encode())
            self._copied = news
        except OSError as error:
            log.warning("what the source tells could not be copied into the lake: %s", error)


def _told(news: News) -> tuple[object, ...]:
    """What `verger status` shows of them."""
    return news.run, news.skipped, news.skipped_names, news.error, news.events, news.reconciled_at
