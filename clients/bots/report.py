"""What a swarm of bots counted while it played, and what it reports at the end."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from clients.bots.config import MISMATCHES_PRINTED_MAX
from clients.bots.latency import Latencies

ABSENT: Final = "absent"
"""Among the errors: how many could not be logged in."""


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a run. `bets` are settled, or at tables accepted; amounts are in ledger units."""

    players: int
    seconds: float
    bets: int
    bets_per_s: float
    turns: int
    """Requests of play that were answered: bets, and the steps of games that have several."""
    latency_ms: dict[str, float]
    errors: dict[str, int]
    staked: int
    won: int
    balance_mismatches: int
    reconnects: int
    bets_unresolved: int
    books_compared: int
    """Times that a bot's own balance was compared with the server's."""
    books_closed: int
    """Bots whose last comparison, with nothing open any more, was made."""
    cpu_seconds: float
    """Processor time of the bots' process, from the first bet to the last."""
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def nobody_came(self) -> bool:
        """Whether not one player could be logged in, so that nothing was measured."""
        return self.errors.get(ABSENT) == self.players

    def as_json(self) -> dict[str, Any]:
        """The report as one JSON object."""
        fields = {name: getattr(self, name) for name in self.__slots__ if name != "more"}
        return fields | self.more

    def as_text(self) -> str:
        """The report as a table for people."""
        latency = "  ".join(f"{name} {value:g}" for name, value in self.latency_ms.items())
        errors = "  ".join(f"{code}: {count:,}" for code, count in sorted(self.errors.items()))
        rows = {
            "players": f"{self.players:,}",
            "seconds": f"{self.seconds:g} (bots' processor time {self.cpu_seconds:g})",
            "bets": f"{self.bets:,}  ({self.bets_per_s:,.0f}/s)",
            "turns": f"{self.turns:,}",
            "latency, ms": latency,
            "staked / won": f"{self.staked:,} / {self.won:,}",
            "errors": errors or "none",
            "balances compared": f"{self.books_compared:,}",
            "balance mismatches": f"{self.balance_mismatches:,}",
            "bets unresolved": f"{self.bets_unresolved:,}",
            "reconnects": f"{self.reconnects:,}",
        } | {name.replace("_", " "): str(value) for name, value in self.more.items()}
        return "\n".join(f"{name:>20}  {value}" for name, value in rows.items())


@dataclass(slots=True, eq=False)
class Tally:
    """The counters that all bots of a swarm share. `complain` gets a line about each of the first mismatches."""

    complain: Callable[[str], None]
    bets: int = 0
    staked: int = 0
    won: int = 0
    reconnects: int = 0
    mismatches: int = 0
    unresolved: int = 0
    compared: int = 0
    closed: int = 0
    jackpots: int = 0
    """Pools that bets have said they have won."""
    errors: Counter[str] = field(default_factory=Counter)
    latencies: Latencies = field(default_factory=Latencies)

    def mismatch(self, player: int, what: str) -> None:
        """A bot and the server disagree about money."""
        self.mismatches += 1
        if self.mismatches <= MISMATCHES_PRINTED_MAX:
            self.complain(f"balance mismatch of player {player}: {what}")
