"""A drain: everybody leaves within the time, evenly, and first whoever waits for nothing."""

from types import SimpleNamespace
from typing import Any

from persistence.presence import Online
from protocol.errors import Close
from server.gateway.drain import Drain
from server.gateway.session import State


class Guest:
    def __init__(self, in_flight: int = 0) -> None:
        self.session: Any = SimpleNamespace(state=State.OPEN, in_flight=in_flight)
        self.online: Online | None = None
        self.why: Close | None = None

    def close(self, close: Close) -> None:
        assert self.why is None, "nobody is sent away twice"
        self.why = close
        self.session.state = State.CLOSING


def gone(guests: list[Guest]) -> int:
    return sum(guest.why is Close.RESTARTING for guest in guests)


def test_they_leave_evenly_over_the_time() -> None:
    guests = [Guest() for _ in range(80)]
    drain = Drain(len(guests), 10.0, now=50.0)
    left = []
    for eighth in range(81):
        drain.advance(guests, 50.0 + eighth / 8)
        left.append(gone(guests))

    assert left == list(range(81))
    assert drain.sent_away == 80


def test_who_waits_for_an_answer_goes_later_but_not_later_than_the_end() -> None:
    busy, idle = [Guest(in_flight=1) for _ in range(4)], [Guest() for _ in range(6)]
    drain = Drain(10, 10.0, now=0.0)
    drain.advance([*busy, *idle], 9.0)
    assert (gone(busy), gone(idle)) == (0, 6)

    busy[0].session.in_flight = 0
    drain.advance([*busy, *idle], 9.5)
    assert gone(busy) == 1
    drain.advance([*busy, *idle], 10.0)
    assert gone(busy) == 4


def test_whoever_comes_in_at_the_last_moment_is_sent_away_at_the_end_and_leavers_are_left_alone() -> None:
    guests = [Guest(), Guest()]
    guests[0].session.state = State.CLOSING
    drain = Drain(1, 1.0, now=0.0)
    drain.advance(guests, 1.0)
    guests.append(Guest())
    drain.advance(guests, 1.1)

    assert [guest.why for guest in guests] == [None, Close.RESTARTING, Close.RESTARTING]
