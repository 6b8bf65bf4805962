"""Slots: their words, and the public description of every machine."""

from protocol.games.slots.machine import FREE_SPINS_MAX, LINE_BETS, ROWS, FreeSpins, Machine, NotAMachine
from protocol.games.slots.machines import MACHINES
from protocol.games.slots.words import REPLIES, REQUESTS, MachineName, SlotsBet, SlotsSettled

__all__ = [
    "FREE_SPINS_MAX",
    "LINE_BETS",
    "MACHINES",
    "REPLIES",
    "REQUESTS",
    "ROWS",
    "FreeSpins",
    "Machine",
    "MachineName",
    "NotAMachine",
    "SlotsBet",
    "SlotsSettled",
]
