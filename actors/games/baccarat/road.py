"""Roads: the rounds of a shoe as players read them."""

from collections.abc import Sequence
from typing import Final

from actors.games.baccarat.coup import Coup

LETTERS: Final = {"player": "P", "banker": "B", "tie": "T"}


def entry_of(coup: Coup) -> str:
    """A round on the bead road: `P`, `B` or `T`, then `p` and `b` for pairs."""
    pairs = ("p" if coup.player_pair else "") + ("b" if coup.banker_pair else "")
    return LETTERS[coup.winner] + pairs


def big_road(history: Sequence[str]) -> tuple[str, ...]:
    """The columns of the big road, oldest first, of rounds newest first.

    A column is a run of wins of one side, `BBB`; a tie is a `T` after the win before it, or at the very beginning.
    """
    columns: list[str] = []
    side = ""
    for entry in reversed(history):
        letter = entry[0]
        if letter in ("T", side) or not side:
            columns[-1:] = [columns[-1] + letter if columns else letter]
        else:
            columns.append(letter)
        side = side if letter == "T" else letter
    return tuple(columns)
