"""The messages in which one game says what happens at its tables."""

from collections.abc import Callable
from dataclasses import dataclass

from protocol.games.table import TableBets, TableClosed, TableDrawn, TableOpened, TableSettled, TableSnapshot


@dataclass(frozen=True, slots=True)
class Words:
    """A message for each thing that everyone is told; `draws_at` is how `closed` calls the time of the draw."""

    opened: Callable[..., TableOpened]
    bets: Callable[..., TableBets]
    closed: Callable[..., TableClosed]
    drawn: Callable[..., TableDrawn]
    settled: Callable[..., TableSettled]
    snapshot: Callable[..., TableSnapshot]
    draws_at: str = "draws_at_ms"
