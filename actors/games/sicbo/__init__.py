"""Sic bo: three dice decide every wager on the layout."""

from actors.games.sicbo.game import SicBo
from actors.games.sicbo.layout import CASES, Dice, Layout, case_of, layout_of, layout_with

__all__ = ["CASES", "Dice", "Layout", "SicBo", "case_of", "layout_of", "layout_with"]
