"""A table with a layout that is played in a test: commands go in, and what happened is kept."""

from typing import Any

from actors.fairness.commitment import commitment_of
from actors.games.board import BoardGame, Layout, Rules, State
from actors.games.interface import Advance, ClearBets, Command, Event, Limits, OpenRound, PlaceBet, UndoBet
from actors.games.rounds import Timing
from protocol.errors import Code, Refusal
from protocol.ids import AccountId, BetId, PlayerId, TableId

LIMITS = Limits(min_bet=1, max_bet=1_000, max_total=5_000, exposure_max=1_000_000)
TIMING = Timing(betting_ms=15_000, closed_ms=1_000, spin_ms=5_000, settled_ms=4_000)
ANN, BEN = PlayerId(1), PlayerId(2)
AT = ("table:one", 3, 14)


def seed_of(round_number: int) -> str:
    """The server seed of a round."""
    return f"server seed of round {round_number}"


def bet_id(n: int) -> BetId:
    """The id of the n-th bet."""
    return BetId(n.to_bytes(16, "big"))


class PlayedTable:
    """A table of a game, the time there, and everything that happened and was told."""

    def __init__(self, game: BoardGame, layout: Layout, limits: Limits = LIMITS) -> None:
        self.game = game
        self.rules = Rules(TableId("one"), layout, "PLAY", limits, TIMING)
        self.state: State = game.fresh(self.rules)
        self.now = 1_000
        self.events: list[Event] = []
        self.told: list[Any] = []
        self.bets_made = 0

    def do(self, command: Command) -> tuple[Event, ...] | Refusal:
        """Decide, which must change nothing, and apply."""
        before = (self.game.dump(self.state), list(self.state.liability))
        decided = self.game.decide(self.state, command)
        assert (self.game.dump(self.state), self.state.liability) == before
        if not isinstance(decided, Refusal):
            for event in decided:
                self.state = self.game.apply(self.state, event)
                self.events.append(event)
                self.told.append(self.game.publish(self.state, event, *AT))
        return decided

    def bet(self, player: PlayerId, *wagers: tuple[str, int], entropy: str = "") -> Code | None:
        """Place a bet; return why not."""
        self.bets_made += 1
        account = AccountId(player << 8)
        placed = PlaceBet(bet_id(self.bets_made), player, f"p{player}", account, wagers, entropy, self.now)
        return _code(self.do(placed))

    def undo(self, player: PlayerId) -> Code | None:
        """Take back the newest bet."""
        return _code(self.do(UndoBet(player, self.now)))

    def clear(self, player: PlayerId) -> Code | None:
        """Take back all bets."""
        return _code(self.do(ClearBets(player, self.now)))

    def advance(self) -> None:
        """Go on to the next phase at its time, with the seed when it is wanted."""
        self.now = max(self.now, self.game.deadline(self.state) or 0)
        if self.game.between_rounds(self.state):
            number = self.state.round.number + 1
            self.do(OpenRound(number, commitment_of(seed_of(number)), self.now))
        else:
            seed = seed_of(self.state.round.number) if self.game.wants_seed(self.state) else None
            self.do(Advance(self.now, seed))

    def finish(self) -> dict[BetId, int]:
        """Play the round to its end; return what was paid."""
        while self.state.round.phase != "settled":
            self.advance()
        return dict(self.events[-1].payouts)  # type: ignore[union-attr]

    def seen(self, viewer: PlayerId | None = None) -> Any:
        """What a viewer sees."""
        return self.game.view(self.state, viewer, *AT, now=self.now)

    def replayed(self) -> State:
        """The state after all that happened."""
        state = self.game.fresh(self.rules)
        for event in self.events:
            state = self.game.apply(state, event)
        return state


def _code(decided: tuple[Event, ...] | Refusal) -> Code | None:
    return decided.code if isinstance(decided, Refusal) else None
