"""Baccarat: two hands from one shoe, by fixed rules; wagers on which of them wins."""

from actors.games.baccarat.coup import Coup
from actors.games.baccarat.game import Baccarat
from actors.games.baccarat.layout import Layout, layout_of
from actors.games.baccarat.shoe import CUT_CARDS, FULL, Shoe, left_after

__all__ = ["CUT_CARDS", "FULL", "Baccarat", "Coup", "Layout", "Shoe", "layout_of", "left_after"]
