"""The games with tables as bots know them: the spots they bet on, and what those pay by the bots' own arithmetic."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Protocol

from clients.bots.baccarat import Layout as BaccaratLayout
from clients.bots.blackjack import Layout as BlackjackLayout
from clients.bots.crash_layout import Layout as CrashLayout
from clients.bots.layout import layout_of as roulette_layout
from clients.bots.sicbo import layout_of as sicbo_layout


class Layout(Protocol):
    """One variant of a game."""

    @property
    def names(self) -> tuple[str, ...]:
        """The spots that bots bet on."""

    def paid(self, wagers: Iterable[tuple[str, int]], result: Mapping[str, Any]) -> int:
        """What wagers come to, stakes included. `result` has the fields of the settlement, or of a proof's outcome."""


LAYOUTS: Final[Mapping[str, Callable[[str], Layout]]] = {
    "roulette": roulette_layout,
    "sicbo": sicbo_layout,
    "baccarat": lambda _variant: BaccaratLayout(),
    "blackjack": lambda _variant: BlackjackLayout(),
    "crash": lambda _variant: CrashLayout(),
}
"""By game: the layout of a variant."""
DRAWN: Final[Mapping[str, str]] = {
    "roulette": "spun",
    "sicbo": "rolled",
    "baccarat": "dealt",
    "blackjack": "drawn",
    "crash": "crashed",
}
"""How each game calls the event that tells what came."""
