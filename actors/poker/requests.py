"""What a player's request that moves no money asks of the rules."""

from typing import Any

from actors.games.poker.deal import Move
from actors.games.poker.events import Act, Command, Mix, Show, SitIn, SitOut, StandUp
from actors.games.poker.tournament_events import Unregister
from protocol.games.poker import PokerAct, PokerAway, PokerBack, PokerLeave, PokerMix, PokerShow
from protocol.games.sitngo import SitngoUnregister
from protocol.ids import PlayerId

__all__ = ["command_of"]


def command_of(player: PlayerId, request: Any, now: int) -> Command | None:
    """The command; nothing for a request that is another game's, or moves money."""
    match request:
        case PokerAct():
            return Act(player, request.hand, request.move, Move(request.kind, request.to), now)
        case PokerLeave():
            return StandUp(player, now)
        case PokerAway():
            return SitOut(player, now)
        case PokerBack():
            return SitIn(player, request.posts, now)
        case PokerShow():
            return Show(player, request.hand, now)
        case PokerMix():
            return Mix(player, request.hand, request.entropy, now)
        case SitngoUnregister():
            return Unregister(player, now)
    return None
