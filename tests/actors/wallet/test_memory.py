"""A wallet's memory of command ids: small, and never wrong about an id that was used."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from actors.runtime.actor import LookUp
from actors.wallet.memory import ABSENT_MAX, RECENT_MAX, CommandMemory
from protocol.errors import Code, Refusal
from protocol.ids import CommandId, command_id_from, unix_ms_of

BODY, OTHER_BODY = b"body", b"another"


def made_at(ms: int, n: int = 0) -> CommandId:
    return command_id_from(ms, n.to_bytes(10, "big"))


def test_an_id_made_after_all_others_is_new_without_asking() -> None:
    memory = CommandMemory(floor=5)

    assert memory.answer_to(made_at(6), BODY) is None


@pytest.mark.parametrize("ms", [4, 5])
def test_an_id_that_may_have_been_used_before_is_looked_up(ms: int) -> None:
    memory = CommandMemory(floor=5)

    with pytest.raises(LookUp) as raised:
        memory.answer_to(made_at(ms), BODY)
    assert raised.value.command == made_at(ms)


def test_an_id_has_its_first_answer_again() -> None:
    memory = CommandMemory(floor=0)
    memory.keep(made_at(6), BODY, {"t": "done"})

    assert memory.answer_to(made_at(6), BODY) == {"t": "done"}


def test_an_id_with_another_body_is_told_apart() -> None:
    memory = CommandMemory(floor=0)
    memory.keep(made_at(6), BODY, {"t": "done"})

    assert memory.answer_to(made_at(6), OTHER_BODY) == Refusal(Code.ID_REUSED)


def test_the_newest_time_of_all_ids_is_known_however_they_come() -> None:
    memory = CommandMemory(floor=3)
    for ms in (9, 4, 7):
        memory.keep(made_at(ms), BODY, {})

    assert memory.high == 9


def test_what_is_forgotten_is_asked_of_the_store() -> None:
    memory = CommandMemory(floor=0)
    for n in range(RECENT_MAX + 1):
        memory.keep(made_at(10 + n), BODY, {"n": n})

    with pytest.raises(LookUp):
        memory.answer_to(made_at(10), BODY)
    assert memory.answer_to(made_at(11), BODY) == {"n": 1}


def test_what_the_store_never_saw_is_new() -> None:
    memory = CommandMemory(floor=5)
    memory.learn_absent(made_at(3))

    assert memory.answer_to(made_at(3), BODY) is None
    with pytest.raises(LookUp):
        memory.answer_to(made_at(2), BODY)


class Commands(RuleBasedStateMachine):
    """Uses ids as a wallet does, beside a store that keeps them all."""

    def __init__(self) -> None:
        super().__init__()
        self.store: dict[CommandId, tuple[bytes, Any]] = {}
        self.memory = CommandMemory(0)
        self.n = 0

    @rule(ms=st.integers(1, 40), n=st.integers(0, 2), body=st.sampled_from([BODY, OTHER_BODY]))
    def use(self, ms: int, n: int, body: bytes) -> None:
        used = made_at(ms, n)
        try:
            answer = self.memory.answer_to(used, body)
        except LookUp:
            if used in self.store:
                self.memory.keep(used, *self.store[used])
            else:
                self.memory.learn_absent(used)
            answer = self.memory.answer_to(used, body)
        if used not in self.store:
            assert answer is None
            self.n += 1
            self.store[used] = (body, {"n": self.n})
            self.memory.keep(used, *self.store[used])
        elif self.store[used][0] == body:
            assert answer == self.store[used][1]
        else:
            assert answer == Refusal(Code.ID_REUSED)

    @rule()
    def forget(self) -> None:
        self.memory.forget()

    @rule()
    def wake_up_again(self) -> None:
        self.memory = CommandMemory(self.memory.high)

    @invariant()
    def stays_small(self) -> None:
        assert len(self.memory._recent or ()) <= RECENT_MAX
        assert len(self.memory._absent or ()) <= ABSENT_MAX

    @invariant()
    def knows_the_newest(self) -> None:
        assert self.memory.high >= max(map(unix_ms_of, self.store), default=0)


TestCommands = Commands.TestCase


@given(st.lists(st.integers(1, 10**6), min_size=ABSENT_MAX + 1, max_size=3 * ABSENT_MAX, unique=True))
def test_unknown_ids_take_little_room_however_many_are_asked_about(times: list[int]) -> None:
    memory = CommandMemory(10**7)
    for ms in times:
        memory.learn_absent(made_at(ms))

        assert memory.answer_to(made_at(ms), BODY) is None
        assert len(memory._absent or ()) <= ABSENT_MAX
