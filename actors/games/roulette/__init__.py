"""Roulette: one number decides every wager on the layout."""

from actors.games.roulette.game import Roulette
from actors.games.roulette.layout import Kind, Layout, Spot, Variant, layout_of
from actors.games.roulette.state import SEATS_MAX, Rules, State

__all__ = ["SEATS_MAX", "Kind", "Layout", "Roulette", "Rules", "Spot", "State", "Variant", "layout_of"]
