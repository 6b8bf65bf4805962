"""What settled bets staked and were paid, summed as far as the odds of bets allow."""

from typing import Any, NamedTuple


class AloneResult(NamedTuple):
    """Bets of one wager and one stake on a game that one plays alone; `squares` is the sum of each payout squared."""

    game: str
    asset: str
    params: dict[str, Any]
    stake: int
    bets: int
    paid: int
    squares: float


class RoundResult(NamedTuple):
    """The bets of one round at a table, each by what is recorded of it."""

    table: str
    round: int
    game: str
    asset: str
    paid: int
    bets: tuple[dict[str, Any], ...]
