"""Which numbers a store may give to players."""

from persistence.interfaces import Rejected
from protocol.ids import PLAYER_ID_MAX, PlayerId


def checked_player_id(number: int) -> PlayerId:
    """The number as a player's. Raises `Rejected` for one that no account's number could be made of."""
    if not 0 < number <= PLAYER_ID_MAX:
        raise Rejected(f"{number} cannot be a player's number: they are from 1 to {PLAYER_ID_MAX}")
    return PlayerId(number)
