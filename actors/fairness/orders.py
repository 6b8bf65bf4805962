"""Orders of things, each exactly as likely as any other: what a scheme of draws of our own owes nobody a bias for."""

from actors.fairness.draws import U32_COUNT, Draws


def fair_below(draws: Draws, outcomes: int) -> int:
    """The next choice of one of `outcomes`, each exactly as likely: numbers of the last, incomplete run are skipped."""
    whole_runs = U32_COUNT - U32_COUNT % outcomes
    while (number := draws.u32()) >= whole_runs:
        pass
    return number % outcomes


def order_of(draws: Draws, count: int) -> tuple[int, ...]:
    """The numbers 0 to `count` - 1 in the order of the draws: each is one of those left, in ascending order."""
    left = list(range(count))
    return tuple(left.pop(fair_below(draws, len(left))) for _ in range(count))
