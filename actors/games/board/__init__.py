"""Tables with a layout of spots: what all of them do alike, whatever decides their rounds."""

from actors.games.board import messages
from actors.games.board.game import BoardGame
from actors.games.board.layout import Layout, Returns, losses, paid
from actors.games.board.state import SEATS_MAX, Rules, RulesChanged, State
from actors.games.board.words import Words

__all__ = [
    "SEATS_MAX",
    "BoardGame",
    "Layout",
    "Returns",
    "Rules",
    "RulesChanged",
    "State",
    "Words",
    "losses",
    "messages",
    "paid",
]
