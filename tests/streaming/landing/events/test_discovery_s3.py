"""Events that are doubled, shuffled, wrapped and lost: after one reconcile the ledger is what the bucket is."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from moto.s3.models import s3_backends

from conf.lake import Lake
from streaming.landing import reconciling
from streaming.landing.discovery import Discovery
from streaming.landing.events.queue import EventQueue
from streaming.landing.ledger import Ledger
from streaming.landing.news import News
from streaming.landing.options import LandingOptions
from streaming.stores.s3 import S3Store
from streaming.stores.store import Listed
from tests.servers.faults import Refuse
from tests.servers.proxy import proxied
from tests.servers.server import Server
from tests.streaming.conftest import use_endpoint
from tests.streaming.landing.events.conftest import QUICK
from tests.streaming.landing.events.mailman import Mailman
from tests.streaming.landing.events.road import Road
from tests.streaming.landing.events.services import Services, eventually
from tests.streaming.landing.fakes import new_lake
from tests.streaming.service import assert_versions

pytestmark = [pytest.mark.s3, pytest.mark.fault]

PLAIN, REWRITTEN = 4_900, 300
ODD = [
    f"{odd}/{n}.jpg"
    for odd in ["a b+c%20é", "x//y", "x/../y", "x/./y", "%2F", "😀#?&=", "'\"<>", "tab\there", "里", "n" * 900]
    for n in range(10)
]


class Place:
    """A bucket that tells a queue, and a lake on which a discovery can be started anew."""

    def __init__(self, folder: Path, bucket: str, services: Services) -> None:
        self.lake, self.news_path = new_lake(folder), folder / "news.json"
        self.store, self._queue = S3Store(bucket, "in/"), services.url

    @contextmanager
    def discovering(self, **options: Any) -> Iterator[Discovery]:
        """One process's discovery: by events, unless `options` say otherwise."""
        landing, told = f"s3://{self.store.bucket}/in/", {"discover": "events", "queue": self._queue, "run": "r"}
        read = LandingOptions(landing, self.lake.root, **told | options)
        self.news_path.unlink(missing_ok=True)
        discovery = Discovery(read, self.store, self.news_path, lambda: 0)
        discovery.start()
        try:
            yield discovery
        finally:
            discovery.stop()
            assert discovery.join(20)
        assert discovery.failure is None

    @property
    def news(self) -> News:
        return News.read(self.news_path)

    def there(self) -> dict[str, str]:
        return {o.path: o.etag for o in self.store.list() if isinstance(o, Listed)}

    def announced(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = Ledger(Lake(self.lake.root)).rows(0, 10**6).to_pylist()
        return rows

    def last(self) -> dict[str, str]:
        """Path -> the ETag announced last."""
        return {row["path"]: row["etag"] for row in self.announced()}


@pytest.fixture
def place(tmp_path: Path, bucket: str, services: Services, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(reconciling, "GRACE", timedelta(0))
    monkeypatch.setattr("streaming.landing.discovery.EventQueue", partial(EventQueue, polling=QUICK))
    return Place(tmp_path, bucket, services)


@pytest.mark.timeout(180)
def test_after_one_reconcile_the_ledger_is_what_the_bucket_is(
    place: Place, services: Services, bucket: str, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailman = Mailman(services, monkeypatch, seed=7)
    services.connect_sqs(bucket)
    with place.discovering():
        eventually(lambda: place.news.listings == 1)
        put = threading.Thread(target=put_all, args=(bucket, s3))
        put.start()
        while put.is_alive() or not mailman.is_done:
            mailman.carry(everything=not put.is_alive())
            time.sleep(0.05)
        put.join()
        eventually(lambda: services.sizes() == (0, 0), within_s=60)
        counts = place.news.events
    assert mailman.lost > 50
    assert counts["taken"] > PLAIN
    assert min(counts["duplicate"], counts["looked_up"]) > 100
    there, before = place.there(), place.last()
    assert len(there) == PLAIN + len(ODD)
    wrong = {path for path in there if before.get(path) != there[path]}
    assert 0 < len(wrong) <= mailman.lost
    with place.discovering(drain=True):
        eventually(lambda: place.news.listings == 1 and place.news.caught_up, within_s=60)
    assert (place.last(), place.news.missed) == (there, len(wrong))
    rows = place.announced()
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert_versions(rows)
    assert Counter(row["discovered_by"] for row in rows)["reconcile"] == len(wrong)


def put_all(bucket: str, s3: Any) -> None:
    """Each key once; of some the content changes, and of some of those back again."""
    for n in range(PLAIN):
        put(bucket, n, b"%d" % n)
    for key in ODD:
        s3.put_object(Bucket=bucket, Key=f"in/{key}", Body=b"odd")
    drawn = random.Random(3).sample(range(PLAIN), REWRITTEN)
    for n in drawn:
        put(bucket, n, b"other")
    for n in drawn[::2]:
        put(bucket, n, b"%d" % n)


def put(bucket: str, number: int, content: bytes) -> None:
    """As moto's server does when it is asked to, without being asked: a fifth of the time."""
    s3_backends["123456789012"]["aws"].put_object(bucket, f"in/{number % 7}/{number}.jpg", content)


def test_listing_and_events_take_turns_without_loss_or_doubling(
    place: Place, services: Services, bucket: str, s3: Any
) -> None:
    services.connect_sqs(bucket)
    for turn, discover in enumerate(["list", "events", "list", "events"]):
        s3.put_object(Bucket=bucket, Key=f"in/between-{turn}.jpg", Body=b"x")
        s3.put_object(Bucket=bucket, Key="in/same.jpg", Body=b"%d" % (turn % 2))
        with place.discovering(discover=discover, poll_interval_s=0.1):
            s3.put_object(Bucket=bucket, Key=f"in/during-{turn}.jpg", Body=b"x")
            eventually(lambda: place.last() == place.there())
    rows = place.announced()
    assert_versions(rows)
    assert [row["seq"] for row in rows] == list(range(1, 13))


def test_an_object_that_may_not_be_looked_at_holds_up_none(
    place: Place, services: Services, bucket: str, s3: Any, moto_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.put_object(Bucket=bucket, Key="in/a.jpg", Body=b"1")
    with proxied(moto_server) as proxy:
        use_endpoint(monkeypatch, proxy.server.endpoint)
        heads = proxy.fail(Refuse(403, "AccessDenied"), lambda asked: asked.method == "HEAD")
        with place.discovering(reconcile_every_h=1e-9):
            eventually(lambda: place.last() == place.there())
            s3.put_object(Bucket=bucket, Key="in/a.jpg", Body=b"2")
            eventually(lambda: place.last() == place.there())  # by a reconcile
        services.connect_sqs(bucket)
        with place.discovering():
            s3.put_object(Bucket=bucket, Key="in/a.jpg", Body=b"3")
            s3.put_object(Bucket=bucket, Key="in/b.jpg", Body=b"1")
            eventually(lambda: place.last() == place.there())
        assert heads.hits >= 2
    assert place.news.error is None


def test_a_queue_that_is_away_for_a_while_loses_nothing(
    place: Place, services: Services, bucket: str, s3: Any, road: Road
) -> None:
    services.connect_sqs(bucket)
    with place.discovering() as discovery:
        s3.put_object(Bucket=bucket, Key="in/before.jpg", Body=b"x")
        eventually(lambda: discovery.head == 1)
        road.close()
        eventually(lambda: services.url in str(place.news.error))
        s3.put_object(Bucket=bucket, Key="in/meanwhile.jpg", Body=b"x")
        assert discovery.head == 1
        road.reopen()
        eventually(lambda: discovery.head == 2)
        eventually(lambda: place.news.error is None)
    assert place.last() == place.there()
