"""What a table writes down: each event as (name, fields) in msgpack, and back."""

from dataclasses import dataclass
from typing import Any, Final

import msgpack

from actors.games.interface import (
    BetPlaced,
    BetsReturned,
    BettingClosed,
    CashedOut,
    ChainBegun,
    Event,
    Launched,
    OutcomeDrawn,
    Progressed,
    RoundOpened,
    RoundSettled,
)
from protocol.ids import BetId, CommandId, PlayerId


@dataclass(frozen=True, slots=True)
class Seated:
    """A player took a seat."""

    player: PlayerId
    name: str


@dataclass(frozen=True, slots=True)
class Left:
    """Players gave their seats up, or were taken for gone."""

    players: tuple[PlayerId, ...]


@dataclass(frozen=True, slots=True)
class TakingBack:
    """A command took bets back, whose holds the player's wallet, on another host, is to release. `reply` as told.

    One of no bets is an action that cost nothing: the wallet is to keep its id and its answer.
    """

    id: CommandId
    player: PlayerId
    digest: bytes
    bets: tuple[BetId, ...]
    reply: dict[str, Any]


@dataclass(frozen=True, slots=True)
class JackpotDrawn:
    """The bets of a round are in a jackpot: the levels that each has won, most of them none."""

    jackpot: str
    won: tuple[tuple[BetId, tuple[str, ...]], ...]


TableEvent = Event | Seated | Left | TakingBack | JackpotDrawn

_KINDS: Final[tuple[type[Any], ...]] = (
    RoundOpened, BetPlaced, BetsReturned, BettingClosed, OutcomeDrawn, RoundSettled, Seated, Left, TakingBack,
    ChainBegun, Launched, CashedOut, Progressed, JackpotDrawn
)  # fmt: skip
_FIELDS: Final = {kind: tuple(kind.__slots__) for kind in _KINDS}
_BY_NAME: Final = {kind.__name__: kind for kind in _KINDS}


def write_event(event: TableEvent) -> bytes:
    """The bytes of an event."""
    kind = type(event)
    return msgpack.packb((kind.__name__, [getattr(event, name) for name in _FIELDS[kind]]))  # type: ignore[no-any-return]


def read_event(data: bytes) -> TableEvent:
    """The event that was written."""
    name, fields = msgpack.unpackb(data, use_list=False, strict_map_key=False)
    return _BY_NAME[name](*fields)  # type: ignore[no-any-return]
