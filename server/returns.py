"""What players were really paid, beside what the rules of the games promise, in standard deviations.

A round at a table is one draw for everybody: its expectation and variance are those of all its wagers together. Of
games of several steps every step is as good as any other, or is measured by the best there is; how much their results
vary depends on how they are played, and is taken from the results themselves.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

from actors.games.blackjack import rules_of
from actors.games.blackjack.odds import figures as blackjack_figures
from actors.games.board import BoardGame, paid
from actors.games.catalogue import BOARD_GAMES, STEP_GAMES
from actors.games.odds import Figures
from actors.games.sheets import SAMPLES, line_of
from persistence.results import AloneResult, RoundResult
from protocol.games.blackjack import ENDLESS

AT_BEST: Final = frozenset({"blackjack", "videopoker"})
"""Games in which players can do worse than the rules promise: only results that are too good are strange."""


@dataclass(slots=True)
class Returns:
    """Of one game, one variant of it and one asset; amounts in ledger units, `expected` and `variance` of what is paid.

    `at_best` says that no play can be expected to be paid more than `expected`, and other play less.
    """

    at_best: bool = False
    bets: int = 0
    staked: int = 0
    paid: int = 0
    expected: float = 0.0
    variance: float = 0.0

    @property
    def sigmas(self) -> float:
        """By how many standard deviations players were paid more than expected."""
        return (self.paid - self.expected) / sqrt(self.variance) if self.variance > 0 else 0.0

    def is_strange(self, sigmas_max: float) -> bool:
        """Whether chance explains it badly."""
        return self.sigmas > sigmas_max or (self.sigmas < -sigmas_max and not self.at_best)


Key = tuple[str, str, str]
"""Game, variant (or empty) and asset."""


class Watch:
    """Adds results up. Raises `NotAWager`, `ValueError` or `KeyError` for a bet that the rules do not know."""

    def __init__(self) -> None:
        self._returns: dict[Key, Returns] = {}
        self._weights: dict[str, tuple[tuple[int, ...], int]] = {}

    @property
    def returns(self) -> Mapping[Key, Returns]:
        """What was added, in the order of the keys."""
        return dict(sorted(self._returns.items()))

    def add_alone(self, result: AloneResult) -> None:
        """Bets of one wager and one stake."""
        one = self._of(result.game, result.params, result.asset)
        one.bets += result.bets
        one.staked += result.bets * result.stake
        one.paid += result.paid
        if result.game in STEP_GAMES:
            mean = result.stake * float(line_of(result.game, SAMPLES[result.game][0]).rtp)
            one.variance += result.squares - 2 * mean * result.paid + result.bets * mean**2
        else:
            mean, variance = _of_wager(result.game, result.params, result.stake)
            one.variance += result.bets * variance
        one.expected += result.bets * mean

    def add_round(self, result: RoundResult) -> None:
        """All bets of one round."""
        one = self._of(result.game, result.bets[0], result.asset)
        if result.game not in BOARD_GAMES:
            self._add_played(one, result) if result.game == "blackjack" else self._add_flight(one, result)
            return
        game = BOARD_GAMES[result.game]
        wagers = [(spot, amount) for bet in result.bets for spot, amount in bet["wagers"]]
        mean, variance = self._of_wagers(game, result.bets[0], wagers)
        one.bets += len(result.bets)
        one.staked += sum(amount for _, amount in wagers)
        one.paid += result.paid
        one.expected += mean
        one.variance += variance

    def _add_flight(self, one: Returns, result: RoundResult) -> None:
        """A round of crash. What is cashed out by hand may be at any multiplier, and all of them return the same."""
        staked = sum(amount for bet in result.bets for _, amount in bet["wagers"])
        mean = staked * float(line_of(result.game, SAMPLES[result.game][0]).rtp)
        one.bets += len(result.bets)
        one.staked += staked
        one.paid += result.paid
        one.expected += mean
        one.variance += (result.paid - mean) ** 2

    def _add_played(self, one: Returns, result: RoundResult) -> None:
        """A round of blackjack: what was put down while it was played is expected back, as odds are per first stake.

        The hands of a round meet one dealer: they are taken for one hand, which varies more than they do.
        """
        wagers = [(spot, amount) for bet in result.bets for spot, amount in bet["wagers"]]
        first = sum(amount for spot, amount in wagers if spot.startswith("box"))
        staked = sum(amount for _, amount in wagers)
        odds = blackjack_figures(rules_of({**result.bets[0], "decks": ENDLESS}))
        one.bets += len(result.bets)
        one.staked += staked
        one.paid += result.paid
        one.expected += first * float(odds.rtp) + staked - first
        one.variance += first**2 * float(odds.variance)

    def _of(self, game: str, params: Mapping[str, Any], asset: str) -> Returns:
        key = game, str(params.get("variant") or params.get("machine") or ""), asset
        return self._returns.setdefault(key, Returns(at_best=game in AT_BEST))

    def _of_wagers(
        self, game: BoardGame, params: Mapping[str, Any], wagers: Iterable[tuple[str, int]]
    ) -> tuple[float, float]:
        layout = game.layout(params)
        name = f"{game.name} {layout.params}"
        if name not in self._weights:
            self._weights[name] = tuple(layout.weights), sum(layout.weights)
        weights, ways = self._weights[name]
        by_case = [0] * layout.cases
        for spot, amount in wagers:
            for case in layout.returns[spot]:
                by_case[case] += paid(layout, ((spot, amount),), case)
        return _moments(zip(by_case, weights, strict=True), ways)


def _of_wager(game: str, params: Mapping[str, Any], stake: int) -> tuple[float, float]:
    """Expectation and variance of what one bet is paid, rounded down as bets are, where every payout is known."""
    odds = line_of(game, params).odds
    if isinstance(odds, Figures):
        return stake * float(odds.rtp), stake**2 * float(odds.variance)
    return _moments(((int(stake * multiple), chance) for multiple, chance in odds.items()), 1)


def _moments(payouts: Iterable[tuple[int, Any]], ways: int) -> tuple[float, float]:
    """Of payouts, each with its weight of `ways`. Exact until the last step, so that nothing cancels out."""
    first = second = 0
    for payout, weight in payouts:
        first += payout * weight
        second += payout * payout * weight
    return float(first / ways), float((second * ways - first * first) / (ways * ways))
