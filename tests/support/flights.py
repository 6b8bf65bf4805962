"""A table of crash in a casino that a test drives by hand, with flights that bust where the test wants it."""

from collections.abc import Mapping
from typing import Any, Final

from actors.fairness.seal import round_seed
from actors.games.crash import bust_of, reached_at
from actors.runtime.ref import Ref
from protocol.games.crash import CrashBet, CrashCashout
from protocol.ids import PlayerId, TableId
from protocol.requests import Sit
from tests.support.casino import ANN, BEN, RULES, TABLE, Casino

FUNDS: Final = 10_000
SEAT: Final = Ref("table", TABLE)
LAUNCH_MS: Final = 11_000
"""Betting until 10,000, closed until 11,000; then it flies, and is settled for 3,000 after the bust."""
SETTLED_MS: Final = 3_000
CRASH: Final[Mapping[str, Any]] = {
    **RULES,
    "game": "crash",
    "variant": "classic",
    "spin_ms": 0,
    "win_max": 5_000,
    "exposure_max": 200_000,
}


class Flights(Casino):
    """Ann and Ben sit at a table of crash, and betting has begun."""

    def __init__(self) -> None:
        super().__init__(rules=CRASH)
        for player in (ANN, BEN):
            self.open(player, FUNDS)
            self.asks(player, Sit(id=self.new_id(), table=TABLE))

    def crash_bet(self, amount: int = 100, target: int | None = None) -> CrashBet:
        """A bet with a target, or to be cashed out by hand."""
        return CrashBet(id=self.new_id(), table=TABLE, amount=amount, target=target, entropy="luck")

    def cashout(self, bet: CrashBet) -> CrashCashout:
        """A request to cash a bet out."""
        return CrashCashout(id=self.new_id(), table=TABLE, bet=bet.id)

    @property
    def number(self) -> int:
        """Of the present round."""
        return max(number for _, number in self.ledger.tables.rounds)

    def bust(self) -> int:
        """Where the present round busts, if no bet is mixed in any more."""
        row = self.ledger.tables.rounds[TABLE, self.number]
        seed = self.sealer.open(row.sealed, round_seed(TableId(TABLE), self.number))
        state = self.host.cells[SEAT].actor._memory.game  # type: ignore[union-attr]
        return bust_of(seed, state.round.binding.client_seed)

    def fly(self, *bets: tuple[PlayerId, CrashBet], low: int, high: int = 10**18) -> int:
        """Play rounds until one is launched that busts between these, with these bets; return its bust."""
        for _ in range(200):
            for player, bet in bets:
                fresh = bet.model_copy(update={"id": self.new_id()})
                bet.__dict__["id"] = fresh.id
                assert self.asks(player, fresh)["t"] == "crash.placed"
            bust = self.bust()
            self.wait(LAUNCH_MS)
            if low <= bust <= high:
                return bust
            self.land(bust)
        raise AssertionError(f"no round busts between {low} and {high}")

    def land(self, bust: int, flown_ms: int = 0) -> None:
        """The rest of the flight and the pause after it; the next round opens."""
        self.wait(reached_at(bust) - flown_ms + SETTLED_MS)
