"""A table that is played in a test: commands go in, and what happened is kept, to be replayed and compared."""

from actors.fairness.commitment import commitment_of
from actors.games.board import Rules, State
from actors.games.interface import (
    Advance,
    BetPlaced,
    ClearBets,
    Command,
    Event,
    Limits,
    OpenRound,
    PlaceBet,
    UndoBet,
)
from actors.games.roulette import Roulette, Variant, layout_of
from actors.games.rounds import Timing
from protocol.errors import Code, Refusal
from protocol.ids import AccountId, BetId, PlayerId, TableId

GAME = Roulette()
LIMITS = Limits(min_bet=1, max_bet=1_000, max_total=5_000, exposure_max=100_000)
TIMING = Timing(betting_ms=15_000, closed_ms=1_000, spin_ms=5_000, settled_ms=4_000)
ANN, BEN, EVE = PlayerId(1), PlayerId(2), PlayerId(3)


def rules(variant: Variant = "european", limits: Limits = LIMITS, bets_per_player_max: int = 50) -> Rules:
    return Rules(
        TableId("roulette-1"), layout_of(variant), "PLAY", limits, TIMING, bets_per_player_max=bets_per_player_max
    )


def seed_of(round_number: int) -> str:
    return f"server seed of round {round_number}"


def bet_id(n: int) -> BetId:
    return BetId(n.to_bytes(16, "big"))


class Table:
    """A table, the time there, and everything that happened."""

    def __init__(self, table_rules: Rules | None = None) -> None:
        self.rules = table_rules or rules()
        self.state: State = GAME.fresh(self.rules)
        self.now = 1_000
        self.events: list[Event] = []
        self.bets_made = 0

    def do(self, command: Command) -> tuple[Event, ...] | Refusal:
        """Decide, which must change nothing, and apply."""
        before = (GAME.dump(self.state), list(self.state.liability))
        decided = GAME.decide(self.state, command)
        assert (GAME.dump(self.state), self.state.liability) == before
        if not isinstance(decided, Refusal):
            for event in decided:
                self.state = GAME.apply(self.state, event)
                self.events.append(event)
        return decided

    def open(self) -> tuple[Event, ...]:
        number = self.state.round.number + 1
        return happened(self.do(OpenRound(number, commitment_of(seed_of(number)), self.now)))

    def bet(self, player: PlayerId, *wagers: tuple[str, int], entropy: str = "") -> tuple[Event, ...] | Refusal:
        self.bets_made += 1
        return self.do(
            PlaceBet(bet_id(self.bets_made), player, f"p{player}", AccountId(player << 8), wagers, entropy, self.now)
        )

    def undo(self, player: PlayerId) -> tuple[Event, ...] | Refusal:
        return self.do(UndoBet(player, self.now))

    def clear(self, player: PlayerId) -> tuple[Event, ...] | Refusal:
        return self.do(ClearBets(player, self.now))

    def advance(self, *, to_deadline: bool = True) -> tuple[Event, ...]:
        """What comes next, with the seed when it is wanted."""
        deadline = GAME.deadline(self.state)
        if to_deadline and deadline is not None:
            self.now = max(self.now, deadline)
        if GAME.between_rounds(self.state):
            return self.open()
        seed = seed_of(self.state.round.number) if GAME.wants_seed(self.state) else None
        return happened(self.do(Advance(self.now, seed)))

    def finish(self) -> None:
        """Play the round to its end."""
        while self.state.round.phase != "settled":
            self.advance()

    @property
    def pocket(self) -> int | None:
        """Where the ball fell in this round."""
        return pocket_in(self.state)

    def replayed(self) -> State:
        state = GAME.fresh(self.rules)
        for event in self.events:
            state = GAME.apply(state, event)
        return state


def pocket_in(state: State) -> int | None:
    """Where the ball fell in the round of a table."""
    return None if state.round.outcome is None else state.round.outcome["pocket"]


def happened(decided: tuple[Event, ...] | Refusal) -> tuple[Event, ...]:
    """What was not refused."""
    assert not isinstance(decided, Refusal), decided
    return decided


def placed(decided: tuple[Event, ...] | Refusal) -> BetPlaced:
    """The one bet that was placed."""
    (event,) = happened(decided)
    assert isinstance(event, BetPlaced)
    return event


def code_of(decided: tuple[Event, ...] | Refusal) -> Code:
    """The code of a refusal."""
    assert isinstance(decided, Refusal), decided
    return decided.code
