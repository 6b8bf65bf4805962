"""PAR sheets: for each game the wagers that stand for all of its wagers, each with its exact odds.

Of blackjack they are those of a box that is played best, from an endless shoe.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Any, Final

from actors.games.alone import MULTIPLIER_ONE
from actors.games.blackjack import HouseRules, rules_of
from actors.games.blackjack.odds import figures as blackjack_figures
from actors.games.board import BoardGame
from actors.games.board.layout import Layout, payoffs_of_spot
from actors.games.catalogue import ALONE_GAMES, BOARD_GAMES, STEP_GAMES
from actors.games.crash import payoffs_at
from actors.games.dice import ROLLS, is_wager, multiplier_of, winning_rolls
from actors.games.odds import Figures, Odds, Payoffs, figures_of, payoffs_of
from protocol.games.blackjack import ENDLESS
from protocol.games.keno import PICKS_MAX
from protocol.games.keno import TABLES as KENO_TABLES
from protocol.games.limbo import TARGET_MAX, TARGET_MIN
from protocol.games.mines import TILES
from protocol.games.plinko import TABLES as PLINKO_TABLES
from protocol.games.slots import MACHINES
from protocol.games.wheel import TABLES as WHEEL_TABLES

DICE_TARGETS: Final = (101, 500, 1_000, 2_500, 5_050, 7_500, 9_000, 9_900, 9_990, 9_999)
"""All over; those under mirror them."""
CRASH_TARGETS: Final = (101, 110, 150, 200, 300, 500, 1_000, 10_000, 100_000, 1_000_000)
LIMBO_TARGETS: Final = (TARGET_MIN, 110, 150, 200, 300, 500, 1_000, 10_000, 100_000, 1_000_000, TARGET_MAX)
MINES_GAMES: Final = tuple(
    (mines, tiles)
    for mines in (1, 3, 5, 10, 20, 24)
    for tiles in (1, 2, 3, 5, 10, 15, 20, 24)
    if tiles <= TILES - mines
)
"""How many mines, and after how many tiles one stops."""


@dataclass(frozen=True, slots=True)
class Line:
    """One wager of a sheet. `params` are as recorded of a bet; at tables the variant and a spot."""

    params: Mapping[str, Any]
    odds: Odds

    @property
    def payoffs(self) -> Payoffs | None:
        """The chance of each payout, or nothing where there are too many."""
        return None if isinstance(self.odds, Figures) else self.odds

    @property
    def variance(self) -> Fraction:
        """The exact variance of what a unit of stake is paid."""
        return figures_of(self.odds).variance

    @property
    def rtp(self) -> Fraction:
        """The exact return to the player."""
        return figures_of(self.odds).rtp

    @property
    def deviation(self) -> float:
        """Standard deviation of what a unit of stake is paid."""
        return sqrt(self.variance)

    @property
    def hit_rate(self) -> Fraction:
        """How often anything is paid."""
        return figures_of(self.odds).hit_rate

    @property
    def best(self) -> Fraction:
        """The largest multiple of the stake that can be paid."""
        return figures_of(self.odds).best


def sheet(game: str) -> tuple[Line, ...]:
    """The lines of a game's sheet. Raises `KeyError` for a game that there is not."""
    return tuple(line_of(game, params) for params in SAMPLES[game])


def lines_at(game: str, params: Mapping[str, Any]) -> tuple[Line, ...]:
    """A line for each kind of spot of a layout, which is told as recorded with bets; of games with a layout only."""
    layout = BOARD_GAMES[game].layout(params)
    named = {"variant": layout.variant}
    return tuple(Line({**named, "spot": spot}, payoffs_of_spot(layout, spot)) for spot in _spot_of_each_kind(layout))


def line_of(game: str, params: Mapping[str, Any]) -> Line:
    """One wager of a game. Raises `NotAWager`, `ValueError` or `KeyError` for what is none."""
    if game == "dice":
        return Line(params, _dice(params["target"], over=params["over"]))
    if game == "crash":
        return Line(params, payoffs_at(params["target"]))
    if game in STEP_GAMES:
        return Line(params, STEP_GAMES[game].payoffs(params))
    if game == "blackjack":
        return Line(params, blackjack_figures(rules_of({**_BLACKJACK, **params})))
    if game in BOARD_GAMES:
        return Line(params, payoffs_of_spot(BOARD_GAMES[game].layout(params), params["spot"]))
    one = ALONE_GAMES[game]
    return Line(params, one.payoffs(one.checked(params)))


_BLACKJACK: Final = HouseRules(decks=ENDLESS).params
"""Insurance is a wager of its own, and is not taken by one who plays best."""
_BLACKJACK_PLAIN: Final = {
    "hits_soft_17": False,
    "doubles_after_split": True,
    "hands_max": 4,
    "surrender": False,
    "peek": True,
    "natural": "3:2",
}
BLACKJACK_TABLES: Final[tuple[Mapping[str, Any], ...]] = tuple(
    {**_BLACKJACK_PLAIN, **other}
    for other in (
        {},
        {"hits_soft_17": True},
        {"doubles_after_split": False},
        {"hands_max": 2},
        {"surrender": True},
        {"peek": False},
        {"natural": "6:5"},
    )
)


def _dice(target: int, *, over: bool) -> Payoffs:
    if not is_wager(target, over=over):
        raise ValueError(f"nobody can bet {'over' if over else 'under'} {target}")
    wins = winning_rolls(target, over=over)
    chance = Fraction(wins, ROLLS)
    return payoffs_of([(Fraction(0), 1 - chance), (Fraction(multiplier_of(wins), MULTIPLIER_ONE), chance)])


def _spot_of_each_kind(layout: Layout) -> Iterator[str]:
    """The first spot of each kind, in the order of the layout."""
    kinds = set()
    for spot, kind in layout.kinds.items():
        if kind not in kinds:
            kinds.add(kind)
            yield spot


def _one_of_each_kind(game: BoardGame) -> Iterator[Mapping[str, Any]]:
    for variant in game.variants:
        for spot in _spot_of_each_kind(game.layout({"variant": variant})):
            yield {"variant": variant, "spot": spot}


SAMPLES: Final[Mapping[str, tuple[Mapping[str, Any], ...]]] = {
    "blackjack": BLACKJACK_TABLES,
    "crash": tuple({"target": target} for target in CRASH_TARGETS),
    "dice": tuple({"target": target, "over": True} for target in DICE_TARGETS),
    "hilo": tuple({"rank": rank, "guess": guess} for rank in range(1, 14) for guess in ("higher", "lower")),
    "keno": tuple(
        {"picks": list(range(1, picks + 1)), "risk": risk} for risk in KENO_TABLES for picks in range(1, PICKS_MAX + 1)
    ),
    "limbo": tuple({"target": target} for target in LIMBO_TARGETS),
    "mines": tuple({"mines": mines, "tiles": tiles} for mines, tiles in MINES_GAMES),
    "plinko": tuple({"rows": rows, "risk": risk} for rows in PLINKO_TABLES for risk in PLINKO_TABLES[rows]),
    **{game.name: tuple(_one_of_each_kind(game)) for game in BOARD_GAMES.values()},
    "slots": tuple({"machine": machine} for machine in MACHINES),
    "videopoker": ({"hold": "best"},),
    "wheel": tuple({"segments": size, "risk": risk} for size in WHEEL_TABLES for risk in WHEEL_TABLES[size]),
}
"""By game: wagers whose odds are all there are; in keno any numbers, at tables any spot of a kind, are as good."""
