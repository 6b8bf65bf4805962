"""What a swarm of bots is told to do, and the limits it keeps to."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from clients.python.address import urls_of
from protocol.game_names import GameName

CONNECTING_MAX: Final = 64
"""Bots that open a connection and log in at the same time."""
CONNECT_SECONDS_MAX: Final = 10.0
"""From opening a socket to being logged in."""
ANSWER_SECONDS_MAX: Final = 15.0
"""A server that leaves a request unanswered for so long is taken for gone: the bot reconnects and repeats it."""
FIRST_PAUSE_SECONDS: Final = 0.05
PAUSE_SECONDS_MAX: Final = 2.0
"""The pauses between attempts, to connect or to repeat a request, grow from the first to the last of these."""
REPEATS_MAX: Final = 50
"""Times that one request is repeated because the server said `try again`; then it counts as unresolved."""
ARRIVAL_SECONDS_MAX: Final = 30.0
"""How long the start waits, after the ramp, for bots that cannot log in."""
CLOSING_SECONDS_MAX: Final = 60.0
"""How long the end waits for open bets and for the last comparison of the books."""
COMPARISONS_MAX: Final = 10
"""Times that a bot asks for its balances when they differ from its own while money may still be on its way."""
COMPARISON_PAUSE_SECONDS: Final = 0.2
MISMATCHES_PRINTED_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class BotsConfig:
    """`url` is the server's WebSocket address, or several with commas between them; amounts are in ledger units.

    `ramp_seconds` spreads the first connects. The same `seed` makes the same play: targets, spots, amounts, entropy.
    `game` may be all games, of which each bot plays one.
    `table` pins all bots at tables to one table. `journal` gets each acknowledged bet, one JSON object a line.
    """

    url: str
    game: GameName | Literal["all"]
    players: int
    seconds: float
    in_flight: int = 1
    ramp_seconds: float = 0.0
    seed: int | None = None
    table: str | None = None
    journal: Path | None = None
    stake_min: int = 10
    stake_max: int = 200
    progress: bool = False

    def __post_init__(self) -> None:
        """Raise `ValueError` for what cannot be played."""
        urls_of(self.url)
        if self.players < 1 or self.in_flight < 1:
            raise ValueError(f"players is {self.players} and in_flight is {self.in_flight}; both must be at least 1")
        if self.seconds <= 0 or self.ramp_seconds < 0:
            raise ValueError(f"seconds is {self.seconds:g} and ramp_seconds is {self.ramp_seconds:g}")
        if not 0 < self.stake_min <= self.stake_max:
            raise ValueError(f"stakes from {self.stake_min} to {self.stake_max} cannot be played")
