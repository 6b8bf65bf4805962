"""What is paid for wagers on spots: each spot returns a multiple of its wager in some of the cases that can come."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol

from actors.games.odds import Payoffs, payoffs_of

Returns = Mapping[int, tuple[int, int]]
"""By case: what a wager comes to, stake included, as a numerator and a denominator. Other cases return nothing."""


class Layout(Protocol):
    """The spots of a table, by name. Cases, 0 to cases - 1, are all outcomes that any spot tells apart."""

    @property
    def variant(self) -> str:
        """How this layout is called."""

    @property
    def params(self) -> Mapping[str, Any]:
        """What is recorded of the layout with each bet: all that it can be made of again."""

    @property
    def cases(self) -> int:
        """How many cases there are."""

    @property
    def weights(self) -> Sequence[int]:
        """In how many ways, each as likely as any other, each case comes."""

    @property
    def kinds(self) -> Mapping[str, str]:
        """The kind of each spot; those of a kind have the same odds."""

    @property
    def returns(self) -> Mapping[str, Returns]:
        """What each spot returns."""


def paid(layout: Layout, wagers: Iterable[tuple[str, int]], case: int) -> int:
    """What wagers are paid, stakes included; each is rounded down by itself."""
    total = 0
    for spot, amount in wagers:
        returned = layout.returns[spot].get(case)
        if returned is not None:
            total += amount * returned[0] // returned[1]
    return total


def losses(layout: Layout, wagers: Iterable[tuple[str, int]]) -> list[int]:
    """What one bet costs the house, by case: what it is paid less its stake, and nothing where the house wins.

    What the house would win of one bet is not set against what it would lose to another, because a bet can be taken
    back until betting closes: a player could otherwise make room for a friend's bet above the limit, and then undo.
    """
    won = [0] * layout.cases
    stake = 0
    for spot, amount in wagers:
        stake += amount
        for case, (numerator, denominator) in layout.returns[spot].items():
            won[case] += amount * numerator // denominator
    return [one - stake if one > stake else 0 for one in won]


def payoffs_of_spot(layout: Layout, spot: str) -> Payoffs:
    """What a unit on a spot can be paid, and how often, where no amount is rounded."""
    weights, returns = layout.weights, layout.returns[spot]
    ways = sum(weights)
    return payoffs_of(
        (Fraction(*returns.get(case, (0, 1))), Fraction(weight, ways)) for case, weight in enumerate(weights)
    )


def are_wagers(spots: Mapping[str, Any], value: object) -> bool:
    """Whether this is a list of (spot, positive amount), as read from anywhere."""
    return isinstance(value, list | tuple) and all(
        isinstance(wager, list | tuple)
        and len(wager) == 2
        and isinstance(wager[0], str)
        and wager[0] in spots
        and type(wager[1]) is int
        and wager[1] > 0
        for wager in value
    )
