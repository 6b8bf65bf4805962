"""Claims to sessions: the newest has it, in whatever order the words of them come."""

import itertools

import pytest

from protocol.commands import Claim
from protocol.errors import Close
from server.gateway.claims import FIRST, Claims


class Socket:
    def __init__(self) -> None:
        self.closed: list[Close] = []

    def close(self, close: Close) -> None:
        self.closed.append(close)


@pytest.fixture
def claims() -> Claims[Socket]:
    return Claims()


def enter(claims: Claims[Socket], claim: Claim, session: str = "s") -> Socket:
    socket = Socket()
    claims.expect(session)
    assert claims.settle(session, claim, socket)
    claims.give_up(session)
    return socket


def test_whoever_has_a_session_is_told_when_a_newer_claim_is_heard(claims: Claims[Socket]) -> None:
    first, other = enter(claims, FIRST), enter(claims, FIRST, "other")
    claims.heard("s", Claim(7, 1))

    assert first.closed == [Close.SESSION_TAKEN_OVER]
    assert other.closed == []
    assert (len(claims), claims.taken_over) == (1, 1)
    assert not claims.leave("s", first), "it has no session any more that it could leave"


def test_the_word_of_ones_own_claim_or_an_older_one_changes_nothing(claims: Claims[Socket]) -> None:
    second = enter(claims, Claim(7, 2))
    for claim in (Claim(7, 2), Claim(7, 1), Claim(6, 99), FIRST):
        claims.heard("s", claim)

    assert second.closed == []
    assert claims.leave("s", second)
    assert len(claims) == 0


@pytest.mark.parametrize("order", list(itertools.permutations((0, 1, 2))))
def test_of_several_resumes_at_once_one_connection_is_left(claims: Claims[Socket], order: tuple[int, ...]) -> None:
    sockets, made = [Socket() for _ in range(3)], [Claim(7, number) for number in (1, 2, 3)]
    for _ in sockets:
        claims.expect("s")
    for claim in made:
        claims.heard("s", claim)
    settled = [claims.settle("s", made[at], sockets[at]) for at in order]
    for _ in sockets:
        claims.give_up("s")

    assert [sockets[at].closed for at in range(2)] == [[], []], "they are told by whoever lets them in"
    assert [at for at, has in zip(order, settled, strict=True) if has] == [2]
    assert claims.leave("s", sockets[2])
    enter(claims, FIRST)  # nothing is remembered of those resumes


def test_a_connection_that_comes_second_but_claimed_first_does_not_get_in(claims: Claims[Socket]) -> None:
    newer = enter(claims, Claim(7, 2))
    claims.expect("s")

    assert not claims.settle("s", Claim(7, 1), Socket())
    assert newer.closed == []


def test_a_session_found_elsewhere_is_lost_by_the_claim_that_was_asked_about_alone(claims: Claims[Socket]) -> None:
    socket = enter(claims, Claim(7, 1))
    claims.overtaken("s", FIRST)
    assert socket.closed == []

    claims.overtaken("s", Claim(7, 1))
    claims.overtaken("nobody's", Claim(7, 1))
    assert socket.closed == [Close.SESSION_TAKEN_OVER]
