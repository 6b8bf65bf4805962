"""Blackjack: hands against a dealer, at a table of several boxes."""

from actors.games.blackjack.game import Blackjack
from actors.games.blackjack.rules import HouseRules, rules_of
from actors.games.blackjack.table import TableRules

__all__ = ["Blackjack", "HouseRules", "TableRules", "rules_of"]
