"""Messages between being received and being deleted."""

import threading
import time

from streaming.landing.events.inflight import InFlight, Receipt, Received


def message(number: int, handle: str = "h") -> Received:
    return Received(f"m{number}", handle, "{}")


def test_each_message_is_taken_once_and_at_most_so_many() -> None:
    held = InFlight(10)
    held.add(map(message, range(5)))
    assert [m.message_id for m in held.take(3, 0)] == ["m0", "m1", "m2"]
    assert [m.message_id for m in held.take(3, 0)] == ["m3", "m4"]
    assert held.take(3, 0) == []


def test_a_message_that_comes_again_is_not_handed_out_again_and_is_known_by_its_new_handle() -> None:
    held = InFlight(10)
    held.add([message(1, "old")])
    held.take(1, 0)
    held.add([message(1, "new")])
    assert held.take(1, 0) == []
    held.finish(["m1"])
    assert held.claim(10, 0) == [Receipt("m1", "new")]
    assert held.claim(10, 0) == []
    held.forget(["m1"])
    held.add([message(1, "third")])
    assert len(held.take(1, 0)) == 1


def test_there_is_room_again_when_a_message_is_forgotten() -> None:
    held = InFlight(1)
    held.add([message(1)])
    held.take(1, 0)
    held.finish(["m1"])
    assert not held.has_room(0)
    threading.Timer(0.05, held.forget, [["m1"]]).start()
    assert held.has_room(5)


def test_a_message_is_waited_for() -> None:
    held = InFlight(1)
    threading.Timer(0.05, held.add, [[message(1)]]).start()
    assert len(held.take(1, 5)) == 1


def test_what_was_held_for_long_is_to_be_held_anew() -> None:
    held = InFlight(10)
    held.add([message(1)])
    time.sleep(0.02)
    held.add([message(2)])
    assert held.expiring(0.02) == [Receipt("m1", "h")]
    held.renew([Receipt("m1", "h"), Receipt("unknown", "h")])
    assert held.expiring(0.02) == []


def test_clearing_gives_back_all() -> None:
    held = InFlight(10)
    held.add([message(1), message(2)])
    held.take(1, 0)
    assert held.clear() == [Receipt("m1", "h"), Receipt("m2", "h")]
    assert (len(held), held.take(9, 0)) == (0, [])
