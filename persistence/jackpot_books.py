"""What the actors of a jackpot have written of its money, added up: the audit compares it with the transfers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from persistence.interfaces import JournalRow


@dataclass(slots=True)
class JackpotBooks:
    """Of one jackpot, in ledger units.

    `fed` and `paid` are by its feeders: what they have had, and what they have had paid. The others are by its pools:
    `heard` of feeders, `seeded` by the house, `awarded` to claims, and what is left in them, `pooled`. `unpaid` is
    what was awarded to claims that are not paid. `ahead` says that pools know of more than the feeders they heard of.
    """

    fed: int = 0
    paid: int = 0
    heard: int = 0
    seeded: int = 0
    awarded: int = 0
    pooled: int = 0
    unpaid: int = 0
    ahead: bool = False


ReadJackpots = Callable[[Mapping[str, JournalRow]], dict[tuple[int, int], JackpotBooks]]
"""From what feeders and jackpots have written, by the actor's name: books by number of asset and of jackpot."""
