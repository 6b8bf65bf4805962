"""A table of crash that is played in a test, up to a flight that busts where the test wants it."""

import hashlib
from itertools import count
from typing import Any

from actors.fairness.commitment import commitment_of
from actors.games.crash import Crash, Rules, State, bust_of, reached_at
from actors.games.interface import (
    Advance,
    CashOut,
    ChainBegun,
    ClearBets,
    Command,
    Event,
    Limits,
    OpenRound,
    PlaceBet,
    UndoBet,
)
from actors.games.rounds import Timing
from protocol.errors import Code, Refusal
from protocol.ids import AccountId, BetId, PlayerId, TableId

LIMITS = Limits(min_bet=10, max_bet=1_000, max_total=2_000, exposure_max=50_000)
TIMING = Timing(betting_ms=5_000, closed_ms=500, spin_ms=0, settled_ms=3_000)
ANN, BEN = PlayerId(1), PlayerId(2)
AT = ("table:one", 3, 14)
GAME = Crash()


def seed_numbered(number: int) -> str:
    """A server seed."""
    return hashlib.sha256(f"seed {number}".encode()).hexdigest()


def bet_id(n: int) -> BetId:
    """The id of the n-th bet."""
    return BetId(n.to_bytes(16, "big"))


class PlayedCrash:
    """A round from its opening on; bets are (player, amount, target or None for by hand)."""

    def __init__(
        self, *bets: tuple[PlayerId, int, int | None], seed: str = seed_numbered(0), limits: Limits = LIMITS
    ) -> None:
        self.rules = Rules(TableId("one"), "PLAY", limits, TIMING, win_max=10_000)
        self.state: State = GAME.fresh(self.rules)
        self.seed = seed
        self.now = 1_000
        self.events: list[Event] = []
        self.told: list[Any] = []
        self.bets_made = 0
        self.apply(ChainBegun(1, 1, commitment_of(seed), b"sealed"))
        self.do(OpenRound(1, commitment_of(seed), self.now))
        for bet in bets:
            assert self.bet(*bet) is None

    @property
    def bust(self) -> int:
        """Where the round busts, if nobody bets any more."""
        return bust_of(self.seed, self.state.round.binding.client_seed)

    @property
    def crashed_ms(self) -> int:
        """When it does, after the launch."""
        return reached_at(self.bust)

    def do(self, command: Command) -> tuple[Event, ...] | Refusal:
        """Decide, which must change nothing, and apply."""
        before = GAME.dump(self.state), self.state.liability, self.state.flying(0)
        decided = GAME.decide(self.state, command)
        assert (GAME.dump(self.state), self.state.liability, self.state.flying(0)) == before
        if not isinstance(decided, Refusal):
            for event in decided:
                self.apply(event)
        return decided

    def apply(self, event: Event) -> None:
        """What happens, happens, and is told."""
        self.state = GAME.apply(self.state, event)
        self.events.append(event)
        self.told.append(GAME.publish(self.state, event, *AT))

    def bet(self, player: PlayerId, amount: int, target: int | None = None) -> Code | None:
        """Place a bet; return why not."""
        self.bets_made += 1
        wagers = (("hand" if target is None else f"auto:{target}", amount),)
        account = AccountId(player << 8)
        placed = PlaceBet(bet_id(self.bets_made), player, f"p{player}", account, wagers, "", self.now)
        return _code(self.do(placed))

    def undo(self, player: PlayerId) -> Code | None:
        """Take back the newest bet."""
        return _code(self.do(UndoBet(player, self.now)))

    def clear(self, player: PlayerId) -> Code | None:
        """Take back all bets."""
        return _code(self.do(ClearBets(player, self.now)))

    def cash_out(self, player: PlayerId, n: int, after_ms: int) -> Any:
        """The n-th bet, so long after the launch: the multiplier, or the refusal."""
        self.now = self.state.launched_at + after_ms
        decided = self.do(CashOut(player, bet_id(n), self.now, self.seed))
        return decided if isinstance(decided, Refusal) else decided[0].multiplier  # type: ignore[union-attr]

    def advance(self) -> tuple[Event, ...] | Refusal:
        """Go on to the next phase at its time."""
        self.now = max(self.now, GAME.deadline(self.state, self.seed) or 0)
        return self.do(Advance(self.now, self.seed if GAME.wants_seed(self.state) else None))

    def launch(self) -> None:
        """Close betting, and fly."""
        self.advance()
        self.advance()

    def finish(self) -> dict[BetId, int]:
        """Play the round to its end; return what was paid."""
        while self.state.round.phase != "settled":
            self.advance()
        return dict(self.events[-1].payouts)  # type: ignore[union-attr]

    def tick(self, *events: Any) -> Any:
        """What watchers are told in bulk."""
        return GAME.published(self.state, events, *AT, now=self.now)

    def seen(self, viewer: PlayerId | None = None) -> Any:
        """What a viewer sees."""
        return GAME.view(self.state, viewer, *AT, now=self.now)

    def replayed(self) -> State:
        """The state after all that happened."""
        state = GAME.fresh(self.rules)
        for event in self.events:
            state = GAME.apply(state, event)
        return state


def flight(*bets: tuple[PlayerId, int, int | None], low: int, high: int) -> PlayedCrash:
    """A flight that was launched with these bets, and busts between these multipliers."""
    for number in count():
        table = PlayedCrash(*bets, seed=seed_numbered(number))
        if low <= table.bust <= high:
            table.launch()
            return table
    raise AssertionError("there are endless seeds")


def _code(decided: tuple[Event, ...] | Refusal) -> Code | None:
    return decided.code if isinstance(decided, Refusal) else None
