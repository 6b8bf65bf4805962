"""The names of streams on the wire."""

from typing import Final

WALLET: Final = "wallet"
"""The player's own; watched from the login on."""
LOBBY: Final = "lobby"
TABLE_PREFIX: Final = "table:"
JACKPOT_PREFIX: Final = "jackpot:"
