"""Timed rounds: waiting → betting → closed → spinning → settled → betting …, the same for every game at a table.

Where players act after the draw there is `playing` between closed and spinning; the game itself sees to it.

A deadline is when the next phase may begin at the earliest; it begins when `Advance` (or `OpenRound`) comes after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from actors.fairness.commitment import check_committed
from actors.fairness.entropy import client_seed_of, contribution_of, first_link, next_link
from actors.games.bets import Bets, load_bets
from actors.games.interface import (
    Advance,
    BetPlaced,
    BetsReturned,
    BettingClosed,
    Binding,
    ClearBets,
    Event,
    OpenRound,
    OutcomeDrawn,
    PlaceBet,
    Progressed,
    RoundOpened,
    RoundSettled,
    UndoBet,
)
from protocol.errors import Code, Refusal
from protocol.ids import TableId

Phase = Literal["waiting", "betting", "closed", "playing", "spinning", "settled"]


class Chance(Protocol):
    """What a round of one game draws, and what bets are paid for it."""

    def outcome(self, server_seed: str, client_seed: str, number: int) -> Mapping[str, Any]:
        """The outcome of round `number`, a pure function of these."""

    def payout(self, bet: BetPlaced, outcome: Mapping[str, Any]) -> int:
        """What a bet is paid, stake included."""


class RoundOutOfOrder(Exception):
    """A round was to be opened while another is played, or with a number that is not later: a bug of the caller."""

    def __init__(self, table: TableId, phase: str, number: int, opened: int) -> None:
        super().__init__(f"table {table}: round {opened} cannot open while round {number} is {phase}")
        self.table = table
        self.phase = phase
        self.number = number
        self.opened = opened


@dataclass(frozen=True, slots=True)
class Timing:
    """How long each phase lasts at least. `settled_ms` is the pause before the next round."""

    betting_ms: int
    closed_ms: int
    spin_ms: int
    settled_ms: int


@dataclass(slots=True)
class Round:
    """The current or last round of a table. `until` (ms) is the deadline of its phase."""

    table: TableId
    phase: Phase = "waiting"
    number: int = 0
    commitment: str = ""
    until: int = 0
    link: bytes = b""
    contributions: list[str] = field(default_factory=list)
    outcome: Mapping[str, Any] | None = None
    bets: Bets = field(default_factory=Bets)

    @property
    def deadline(self) -> int | None:
        """When the table wants to go on; nothing before its first round."""
        return None if self.phase == "waiting" else self.until

    @property
    def between_rounds(self) -> bool:
        """Whether what comes next is a new round."""
        return self.phase in ("waiting", "settled")

    @property
    def client_seed(self) -> str:
        """What players have made of it so far; final once betting is closed."""
        return client_seed_of(self.link)

    @property
    def binding(self) -> Binding:
        """What the outcome is bound to."""
        return Binding(self.number, self.commitment, self.client_seed, tuple(self.contributions))

    def refuse_after_betting(self, now: int) -> Refusal | None:
        """`BETTING_CLOSED` unless bets may be placed and taken back now."""
        if self.phase == "betting" and now < self.until:
            return None
        return Refusal(Code.BETTING_CLOSED, {"round": self.number, "phase": self.phase})

    def open(self, command: OpenRound, timing: Timing) -> tuple[Event, ...]:
        """Begin a round; nothing while the pause after the last one lasts. Raises `RoundOutOfOrder`."""
        if not self.between_rounds or command.round <= self.number:
            raise RoundOutOfOrder(self.table, self.phase, self.number, command.round)
        if command.now < self.until:
            return ()
        return (RoundOpened(command.round, command.commitment, command.now, command.now + timing.betting_ms),)

    def place(self, command: PlaceBet, stake: int) -> tuple[Event, ...]:
        """A bet that was found in order."""
        entropy = contribution_of(command.entropy, command.bet)
        return (
            BetPlaced(
                command.bet,
                command.player,
                command.name,
                command.account,
                command.wagers,
                stake,
                entropy,
                command.now,
            ),
        )

    def take_back(self, command: UndoBet | ClearBets) -> tuple[Event, ...] | Refusal:
        """The player's newest bet, or all of them."""
        if refusal := self.refuse_after_betting(command.now):
            return refusal
        bets = self.bets.of(command.player)
        if not bets:
            return Refusal(Code.NOTHING_TO_UNDO, {"round": self.number})
        taken = bets[-1:] if isinstance(command, UndoBet) else bets
        return (BetsReturned(command.player, tuple(taken), command.now),)

    def advance(self, command: Advance, timing: Timing, chance: Chance) -> tuple[Event, ...]:
        """The next phase, once its time has come. Raises `SeedMismatch` for a seed that was not committed to."""
        now = command.now
        if now < self.until:
            return ()
        if self.phase == "betting":
            return (BettingClosed(now, self.client_seed, now + timing.closed_ms),)
        if self.phase == "closed" and command.server_seed is not None:
            check_committed(command.server_seed, self.commitment)
            outcome = chance.outcome(command.server_seed, self.client_seed, self.number)
            return (OutcomeDrawn(now, command.server_seed, outcome, now + timing.spin_ms),)
        if self.phase == "spinning" and self.outcome is not None:
            payouts = tuple((bet.bet, chance.payout(bet, self.outcome)) for bet in self.bets.standing.values())
            return (RoundSettled(now, payouts, now + timing.settled_ms),)
        return ()

    def apply(self, event: Event) -> None:
        """Change to what is after the event."""
        match event:
            case RoundOpened():
                self.phase, self.until = "betting", event.closes_at
                self.number, self.commitment = event.round, event.commitment
                self.link = first_link(self.table, event.round, event.commitment)
                self.contributions, self.outcome, self.bets = [], None, Bets()
            case BetPlaced() if self.phase == "playing":
                # More put down on what is bet already: the client seed is final.
                self.bets.place(event)
            case BetPlaced():
                self.bets.place(event)
                self.contributions.append(event.entropy)
                self.link = next_link(self.link, event.entropy)
            case BetsReturned():
                self.bets.take_back(event.bets)
            case BettingClosed():
                self.phase, self.until = "closed", event.draws_at
            case Progressed():
                self.phase, self.until = "playing", event.until
            case OutcomeDrawn():
                self.phase, self.until, self.outcome = "spinning", event.settles_at, event.outcome
            case RoundSettled():
                self.phase, self.until = "settled", event.opens_at

    def dump(self) -> dict[str, Any]:
        """The round as a map of what msgpack writes."""
        standing, returned = self.bets.dump()
        return {
            "phase": self.phase,
            "number": self.number,
            "commitment": self.commitment,
            "until": self.until,
            "link": self.link,
            "contributions": self.contributions,
            "outcome": self.outcome,
            "standing": standing,
            "returned": returned,
        }


def load_round(table: TableId, fields: Mapping[str, Any]) -> Round:
    """The round that was dumped."""
    return Round(
        table,
        fields["phase"],
        fields["number"],
        fields["commitment"],
        fields["until"],
        fields["link"],
        list(fields["contributions"]),
        fields["outcome"],
        load_bets(fields["standing"], fields["returned"]),
    )
