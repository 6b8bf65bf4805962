"""Slots: machines that are described by data, with free spins, and with exact odds."""

from actors.games.slots.game import Slots
from actors.games.slots.par import Par, odds_of, par_of, spins_of
from actors.games.slots.reels import Reels

__all__ = ["Par", "Reels", "Slots", "odds_of", "par_of", "spins_of"]
