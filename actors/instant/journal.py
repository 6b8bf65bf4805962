"""What is written of each step of an open game: when, what, and with the last one the outcome; in msgpack, and back."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgpack

from actors.games.steps import Step
from protocol.ids import BetId

PREFIX: Final = "game:"
"""Of the names of these journals: one a game, with its bet's id, which is kept as long as the bet is."""


class StepTaken(NamedTuple):
    """A step, when (ms) it was taken and, if it ended the game, the outcome."""

    at: int
    step: Step
    outcome: Mapping[str, Any] | None


def journal_of(bet: BetId) -> str:
    """The name of a game's journal."""
    return PREFIX + bet.hex()


def write_step(at: int, step: Step, outcome: Mapping[str, Any] | None) -> bytes:
    """The bytes of a `StepTaken`."""
    return _pack((at, step, outcome))  # type: ignore[no-any-return]


def read_step(data: bytes) -> StepTaken:
    """The step that was written."""
    at, step, outcome = msgpack.unpackb(data)
    return StepTaken(at, tuple(step), outcome)


def read_steps(events: Sequence[tuple[int, bytes]]) -> tuple[StepTaken, ...]:
    """All steps of a journal."""
    return tuple(read_step(event) for _, event in events)


_pack: Final = msgpack.Packer().pack
