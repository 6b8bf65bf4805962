"""Examples of the instant games of one draw: bets that are really drawn and paid, by the games' own rules."""

from collections.abc import Iterator
from typing import Any, Final

from actors.games.catalogue import ALONE_GAMES
from actors.games.interface import InstantPlay, Limits
from protocol.answers import ANSWERS
from protocol.games.instant import InstantBet
from protocol.games.keno import KenoBet
from protocol.games.limbo import LimboBet
from protocol.games.plinko import PlinkoBet
from protocol.games.slots import SlotsBet
from protocol.games.wheel import WheelBet
from protocol.model import Message
from server.reference.examples.story import ASSET, OPENING, STREAM_EPOCH, story_id, story_seeds

STAKE: Final = 1_000
_LIMITS: Final = Limits(1, 100_000, 100_000, 1_000_000_000)


def instant_examples() -> tuple[Message, ...]:
    """A bet and its settlement in each game, each as the guest's first bet."""
    return tuple(message for bet in _bets() for message in (bet, _settled(bet)))


def _bets() -> Iterator[InstantBet]:
    for at, (kind, wager) in enumerate(_WAGERS):
        tag = kind.model_fields["t"].default
        yield kind(id=story_id(tag, 50_000 + at), asset=ASSET, amount=STAKE, **wager)


_WAGERS: Final[tuple[tuple[type[InstantBet], dict[str, Any]], ...]] = (
    (LimboBet, {"target": 200}),
    (PlinkoBet, {"rows": 8, "risk": "low"}),
    (KenoBet, {"picks": (3, 7, 12, 28, 40), "risk": "classic"}),
    (WheelBet, {"segments": 20, "risk": "medium"}),
    (SlotsBet, {"machine": "aurora"}),
)


def _settled(bet: InstantBet) -> Message:
    [game] = [game for game in ALONE_GAMES.values() if game.request is type(bet)]
    play, seeds = game.check(bet, _LIMITS), story_seeds("first")
    if not isinstance(play, InstantPlay):
        raise TypeError(f"the example is refused: {play}")
    result = game.play(play, seeds.server_seed, seeds.client_seed, 0)
    fields = {"stake": play.stake, "payout": result.payout, "seed": 1, "nonce": 0, "held": 0, "epoch": STREAM_EPOCH}
    available = OPENING - play.stake + result.payout
    reply: Any = ANSWERS[type(bet)]
    settled: Message = reply(id=bet.id, available=available, seq=2, **fields, **game.reply(play, result))
    return settled
