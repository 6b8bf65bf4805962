"""Roulette: one number decides every wager on the layout."""

from actors.games.roulette.game import Roulette
from actors.games.roulette.layout import Kind, Layout, Spot, Variant, layout_of

__all__ = ["Kind", "Layout", "Roulette", "Spot", "Variant", "layout_of"]
