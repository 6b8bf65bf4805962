"""A table of sit-and-gos on a host that a test drives by hand, and that may die at any commit."""

from random import Random
from typing import Any

from actors.poker.reader import ChipsReader
from persistence.interfaces import Batch
from protocol.commands import Asked
from protocol.games.poker import PokerAct
from protocol.games.sitngo import SitngoRegister
from protocol.ids import PlayerId
from protocol.model import Request
from protocol.replies import Done
from tests.support.cardroom import REF, TABLE, CardRoom
from tests.support.casino import PLAY
from tests.support.hand_driven import at_once
from tests.support.poker import TIMING
from tests.support.sitngo import STRUCTURE, sitngo_rules

ANN, BEN, CAT, DAN = PLAYERS = [PlayerId(number) for number in (1, 2, 3, 4)]
PRICE = STRUCTURE.price
CASH = 10_000
HANDS_MAX = 200


class Room(CardRoom):
    """A table of three; at every commit what its journal says it has is what the ledger has in escrow.

    With `dies_at` the host dies right after that commit, of which nobody has heard, and another goes on.
    """

    def __init__(self, dies_at: int | None = None, **more: Any) -> None:
        self.commits = 0
        self.dies_at = dies_at
        super().__init__(rules=sitngo_rules(**more))
        for player in PLAYERS:
            self.open(player, CASH)

    def seal(self) -> Batch | None:
        """See `HandDriven.seal`."""
        batch = super().seal()
        if batch is not None:
            self.commits += 1
            known = ChipsReader({TABLE: PLAY.number}).read(
                TABLE, at_once(self.ledger.load_journals([str(REF)]))[str(REF)]
            )
            assert known.chips + sum(known.owed.values()) == self.escrow
            assert known.buying == {}
        return batch

    def commit(self) -> bool:
        """See `HandDriven.commit`."""
        if self.seal() is None:
            return False
        if self.commits == self.dies_at:
            self.start()
        else:
            self.host.committed()
        return True

    def does(self, player: PlayerId, request: Request) -> Any:
        """The answer to a request, which is asked again with its id when it is lost."""
        for _ in range(2):
            answers = self.post(REF, Asked(player, f"player {player}", request))
            self.settle()
            if answers:
                return answers[0]
        raise AssertionError(f"{request} is not answered")

    def began(self) -> None:
        """Three register."""
        for player in (ANN, BEN, CAT):
            answer = self.does(player, SitngoRegister(id=self.new_id(), table=TABLE))
            assert answer["t"] == "sitngo.registered"

    def plays(self, kind: str, to: int = 0) -> None:
        """Whose turn it is moves."""
        shown = self.seen()
        assert shown.turn is not None
        [player] = [PlayerId(one.player) for one in shown.seats if one.seat == shown.turn.seat]
        turn: Any = {"hand": shown.hand, "move": shown.turn.move, "kind": kind, "to": to}
        assert type(self.does(player, PokerAct(id=self.new_id(), table=TABLE, **turn))) is Done

    def ends(self, chance: Random) -> None:
        """Everybody is all in or calls, until it is over."""
        for _ in range(HANDS_MAX):
            shown = self.seen()
            if self.tournament.phase == "registering":
                return
            if shown.turn is None:
                self.wait(TIMING.pause_ms)
            elif shown.turn.raise_max is not None and chance.random() < 0.7:
                self.plays("raise", shown.turn.raise_max)
            else:
                self.plays("call")
        raise AssertionError("it does not end")

    def money(self) -> tuple[int, ...]:
        """What everybody has, and the house."""
        return (*map(self.cash, PLAYERS), self.house)
