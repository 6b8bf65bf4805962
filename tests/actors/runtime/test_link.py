"""A link, without I/O: whatever becomes of calls, each message arrives once and in order."""

import itertools
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.runtime.link import CALL_BYTES_MAX, CALL_MESSAGES_MAX, Called, Calling, Outgoing, read_call, unknown_link


def said(*values: Any) -> bytes:
    return msgpack.packb(values)  # type: ignore[no-any-return]


def a_link(messages_max: int = 1_000) -> tuple[Calling, Called]:
    calling = Calling("gateway", itertools.count(1), messages_max)
    return calling, Called("host", 1, messages_max)


def exchange(calling: Calling, called: Called) -> tuple[list[Any], list[Any]]:
    """One call and its answer: what arrived at either end."""
    call_id, payload = calling.call()
    call, messages = read_call(payload)
    there = called.called(call, messages)
    back = calling.answered(call_id, called.answer(call.nth))
    assert back is not None
    return there, back


# --- when all is well ---


def test_messages_go_both_ways_in_a_call_and_its_answer() -> None:
    calling, called = a_link()
    calling.outgoing.add(said("there"))
    called.outgoing.add(said("back"))

    assert exchange(calling, called) == ([("there",)], [("back",)])
    assert exchange(calling, called) == ([], [])
    assert (len(calling.outgoing), len(called.outgoing)) == (0, 0)


def test_what_gathers_goes_with_the_next_call() -> None:
    calling, called = a_link()
    for number in range(5):
        calling.outgoing.add(said(number))
    there, _ = exchange(calling, called)
    assert there == [(number,) for number in range(5)]


def test_a_call_carries_no_more_messages_and_bytes_than_it_may() -> None:
    outgoing = Outgoing()
    for _ in range(CALL_MESSAGES_MAX + 1):
        outgoing.add(b"x")
    assert [len(outgoing.take()[1]) for _ in range(3)] == [CALL_MESSAGES_MAX, 1, 0]

    outgoing = Outgoing()
    for size in (CALL_BYTES_MAX // 2, CALL_BYTES_MAX // 2, 1, 2 * CALL_BYTES_MAX):
        outgoing.add(b"x" * size)
    assert [len(outgoing.take()[1]) for _ in range(3)] == [2, 1, 1]


def test_a_full_link_takes_nothing_more_until_something_is_acknowledged() -> None:
    calling, called = a_link(messages_max=2)
    assert [calling.outgoing.add(said(number)) for number in range(3)] == [True, True, False]
    exchange(calling, called)
    assert calling.outgoing.add(said(3))


# --- when it is not ---


def test_a_call_that_was_lost_is_said_again_once() -> None:
    calling, called = a_link()
    calling.outgoing.add(said("once"))
    lost, _ = calling.call()
    calling.lost(lost)

    assert exchange(calling, called) == ([("once",)], [])


def test_a_call_that_arrived_and_whose_answer_was_lost_is_not_heard_twice() -> None:
    calling, called = a_link()
    calling.outgoing.add(said("once"))
    called.outgoing.add(said("back"))
    lost, payload = calling.call()
    call, messages = read_call(payload)
    assert called.called(call, messages) == [("once",)]
    called.answer(call.nth)
    calling.lost(lost)

    assert exchange(calling, called) == ([], [("back",)])


def test_an_answer_to_a_call_that_the_caller_gave_up_takes_nothing_with_it() -> None:
    calling, called = a_link()
    given_up, payload = calling.call()
    held, messages = read_call(payload)
    called.called(held, messages)
    calling.lost(given_up)
    exchange(calling, called)
    called.outgoing.add(said("back"))
    called.answer(held.nth)

    assert exchange(calling, called) == ([], [("back",)])


def test_calls_that_overtake_each_other_are_heard_in_order() -> None:
    calling, called = a_link()
    calls = []
    for number in range(3):
        calling.outgoing.add(said(number))
        calls.append(read_call(calling.call()[1]))

    heard = [called.called(call, messages) for call, messages in (calls[2], calls[0], calls[1], calls[2])]

    assert heard == [[], [(0,)], [(1,), (2,)], []]


def test_an_end_that_has_forgotten_the_link_makes_the_other_begin_again() -> None:
    calling, called = a_link()
    exchange(calling, called)
    calling.outgoing.add(said("unheard"))
    call_id, payload = calling.call()
    call, _ = read_call(payload)
    assert call.callee == "host"

    assert calling.answered(call_id, unknown_link("another host")) is None
    assert calling.begin() == [said("unheard")]

    fresh, _ = read_call(calling.call()[1])
    assert (fresh.number, fresh.callee, fresh.first) == (2, "", 1)
    assert calling.answered(call_id, called.answer(call.nth)) == [], "an answer of the link before means nothing"


def test_an_answer_of_another_process_than_before_makes_the_caller_begin_again() -> None:
    calling, called = a_link()
    exchange(calling, called)
    call_id, payload = calling.call()
    call, _ = read_call(payload)
    assert calling.answered(call_id, Called("host reborn", 1).answer(call.nth)) is None


@pytest.mark.parametrize("payload", [b"", b"\xc1", b"\x90", b"\x93\x01\x02\x03", b"\x81\xa1a"])
def test_what_is_no_call_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read_call(payload)


class Wires:
    """A link whose calls and answers get lost, repeated and out of order; and what both ends said and heard."""

    def __init__(self) -> None:
        self.calling, self.called = a_link()
        self.under_way: list[tuple[Any, bytes]] = []
        self.held: list[tuple[Any, int]] = []
        self.answers: list[tuple[Any, bytes]] = []
        self.said_there = self.said_back = 0
        self.heard_there: list[Any] = []
        self.heard_back: list[Any] = []

    def say(self, which: int) -> None:
        self.said_there += 1
        self.calling.outgoing.add(said(self.said_there))

    def reply(self, which: int) -> None:
        self.said_back += 1
        self.called.outgoing.add(said(self.said_back))

    def call(self, which: int) -> None:
        self.under_way.append(self.calling.call())

    def arrive(self, which: int) -> None:
        if self.under_way:
            self._arrive(*self.under_way.pop(which % len(self.under_way)))

    def repeat(self, which: int) -> None:
        if self.under_way:
            self._arrive(*self.under_way[which % len(self.under_way)])

    def _arrive(self, call_id: Any, payload: bytes) -> None:
        call, messages = read_call(payload)
        self.heard_there += [value for (value,) in self.called.called(call, messages)]
        self.held.append((call_id, call.nth))

    def answer(self, which: int) -> None:
        if self.held:
            call_id, nth = self.held.pop(which % len(self.held))
            self.answers.append((call_id, self.called.answer(nth)))

    def hear(self, which: int) -> None:
        if self.answers:
            call_id, answer = self.answers.pop(which % len(self.answers))
            self.heard_back += [value for (value,) in self.calling.answered(call_id, answer) or ()]

    def lose(self, which: int) -> None:
        calls = [call_id for call_id, _ in (*self.under_way, *self.held, *self.answers)]
        if calls:
            self.calling.lost(calls[which % len(calls)])

    def calm_down(self) -> None:
        """What is under way is given up, and a few calls bring the rest."""
        for call_id, _ in (*self.under_way, *self.held, *self.answers):
            self.calling.lost(call_id)
        for _ in range(3):
            there, back = exchange(self.calling, self.called)
            self.heard_there += [value for (value,) in there]
            self.heard_back += [value for (value,) in back]


STEPS = ("say", "reply", "call", "arrive", "answer", "hear", "lose", "repeat")


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 7)), max_size=80))
def test_whatever_becomes_of_calls_each_message_arrives_once_and_in_order(steps: list[tuple[str, int]]) -> None:
    wires = Wires()
    for step, which in steps:
        getattr(wires, step)(which)
    wires.calm_down()

    assert wires.heard_there == list(range(1, wires.said_there + 1))
    assert wires.heard_back == list(range(1, wires.said_back + 1))
