"""Versions of a game's rules: each has a number, and a bet is settled by the rules it was accepted under.

What is recorded of a bet says under which, unless they are the first. When what a game pays or draws is changed, the
game as it was stays in the catalogue beside the one that is played now: games that are open go on under the rules they
began with, and old bets can be recomputed for ever.
"""

from collections.abc import Mapping
from typing import Any, Final, Generic, Protocol, TypeVar

from actors.fairness.verify import NotAWager

RULES: Final = "rules"
"""The key, in what is recorded of a bet, of the number of its rules."""
FIRST: Final = 1


class Numbered(Protocol):
    """A game under one version of its rules."""

    @property
    def name(self) -> str:
        """Of the game, whatever its rules."""

    @property
    def rules(self) -> int:
        """The number of this version."""

    def recompute(
        self, server_seed: str, client_seed: str, nonce: int, *, params: Mapping[str, Any], stake: int
    ) -> tuple[Mapping[str, Any], int]:
        """The outcome and payout of a bet that was recorded under this version. Raises `NotAWager`."""


G = TypeVar("G", bound=Numbered)


class NotInOrder(ValueError):
    """The versions of a game are not numbered from the first one on; `found` are their numbers."""

    def __init__(self, game: str, found: tuple[int, ...]) -> None:
        super().__init__(f"the rules of {game} are numbered {found}")
        self.game = game
        self.found = found


def recorded(rules: int) -> dict[str, int]:
    """What is recorded of a bet for the rules it is accepted under."""
    return {} if rules == FIRST else {RULES: rules}


class Versions(Generic[G]):
    """One game under all rules it was ever played by, the first ones first. Raises `NotInOrder`."""

    __slots__ = ("_all",)

    def __init__(self, *games: G) -> None:
        numbers = tuple(game.rules for game in games)
        if not games or numbers != tuple(range(FIRST, FIRST + len(games))):
            raise NotInOrder(games[0].name if games else "nothing", numbers)
        self._all: Final = games

    @property
    def newest(self) -> G:
        """The game as it is played now."""
        return self._all[-1]

    def of(self, params: Mapping[str, Any]) -> G:
        """The game under the rules that a recorded bet was accepted under. Raises `NotAWager`."""
        number = params.get(RULES, FIRST)
        if type(number) is not int or not FIRST <= number < FIRST + len(self._all):
            raise NotAWager(RULES, number)
        return self._all[number - FIRST]

    def recompute(
        self, server_seed: str, client_seed: str, nonce: int, *, params: Mapping[str, Any], stake: int
    ) -> tuple[Mapping[str, Any], int]:
        """See `Recompute`: by the rules that the bet was accepted under."""
        return self.of(params).recompute(server_seed, client_seed, nonce, params=params, stake=stake)
