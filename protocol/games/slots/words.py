"""The words of slots: a machine is spun, with all the free spins that this gives, in one bet."""

from typing import Final, Literal

from protocol.games.instant import InstantBet, InstantSettled
from protocol.model import Message, Request

MachineName = Literal["orchard", "caravan", "aurora"]


class SlotsBet(InstantBet):
    """Spin a machine on all its lines. The stake is that of all lines together: a multiple of their number."""

    t: Literal["slots.bet"] = "slots.bet"
    machine: MachineName


class SlotsSettled(InstantSettled):
    """Where the reels stopped, spin by spin: the first is the bet's own, the others are free spins.

    A stop is the place on the reel's strip, from 0, that the upper row shows. `multipliers` is what each spin pays, and
    `multiplier` what all of them pay together, in ten-thousandths of the stake.
    """

    t: Literal["slots.settled"] = "slots.settled"
    machine: MachineName
    stops: tuple[tuple[int, ...], ...]
    multipliers: tuple[int, ...]
    multiplier: int


REQUESTS: Final[tuple[type[Request], ...]] = (SlotsBet,)
REPLIES: Final[tuple[type[Message], ...]] = (SlotsSettled,)
