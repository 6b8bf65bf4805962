"""Honest play: an evening with everything in it, and random ones, from whatever chooses for the players."""

from collections.abc import Callable, Iterator
from typing import Final

from persistence.interfaces import Batch
from protocol.ids import AccountId, BetId, PlayerId
from protocol.money import Balance, player_account, player_of
from protocol.records import Bet, JournalEntry, Record, Snapshot
from tests.support.scribe import Scribe

TABLE: Final = "roulette-1"
PLAYERS_MAX: Final = 6
EVENTS_PER_ROUND_MAX: Final = 10
Choose = Callable[[int], int]
"""Gives a number from 0 to n - 1."""


class History:
    """Play at a table, at dice and at mines. Each `turn` is legal after those before, in one batch or in several."""

    def __init__(self, scribe: Scribe, choose: Choose, *, first_player: int = 1, first_round: int = 1) -> None:
        self.scribe = scribe
        self._choose = choose
        self._first_player = first_player
        self._round = first_round - 1
        self._betting = False
        self._games: list[BetId] = []
        self._events = self._round * EVENTS_PER_ROUND_MAX

    def turn(self) -> list[Record]:
        """The records of one command of somebody."""
        kinds = [
            self._join,
            self._dice,
            self._dice,
            self._game,
            self._finish,
            self._place,
            self._place,
            self._resolve,
            self._table,
            self._other,
        ]
        return kinds[self._choose(len(kinds))]()

    def _join(self) -> list[Record]:
        joined = {player_of(account) for account in self.scribe.purses}
        player = PlayerId(self._first_player + len(joined))
        if len(joined) == PLAYERS_MAX:
            return self.scribe.seed(sorted(joined)[self._choose(PLAYERS_MAX)])
        records = [*self.scribe.opening(player, 1_000 * self._choose(3)), *self.scribe.seed(player)]
        if self._choose(2):
            records += self.scribe.opening(player, 500, asset=1 + self._choose(2), balance=Balance.BONUS)
        return records

    def _account(self, needed: int) -> AccountId | None:
        able = [one.id for one in self.scribe.purses.values() if one.posted - one.held >= needed]
        return able[self._choose(len(able))] if able else None

    def _dice(self) -> list[Record]:
        account = self._account(10)
        return self.scribe.dice(account, 10, (0, 19, 7)[self._choose(3)]) if account is not None else self._join()

    def _game(self) -> list[Record]:
        account = self._account(15)
        if account is None:
            return self._join()
        begun = self.scribe.game(account, 15)
        self._games += [one.id for one in begun if isinstance(one, Bet)]
        return begun

    def _finish(self) -> list[Record]:
        if not self._games:
            return self._game()
        return self.scribe.settled(self._games.pop(self._choose(len(self._games))), 20 * self._choose(2))

    def _place(self) -> list[Record]:
        if not self._betting:
            return self._table()
        account = self._account(25)
        return self.scribe.placed(account, 25, TABLE, self._round) if account is not None else self._join()

    def _resolve(self) -> list[Record]:
        open_bets = self._open_bets()
        if not open_bets:
            return self._other()
        bet = open_bets[self._choose(len(open_bets))]
        return self.scribe.returned(bet) if self._betting else self.scribe.settled(bet, 50 * self._choose(2))

    def _table(self) -> list[Record]:
        self._events += 1
        told = JournalEntry(TABLE, self._events, b"event %d" % self._events)
        if self._betting:
            self._betting = False
            return [self.scribe.outcome(TABLE, self._round), told]
        if open_bets := self._open_bets():
            return [*self.scribe.settled(open_bets[0], 0), told]
        self._round += 1
        self._betting = True
        return [self.scribe.round(TABLE, self._round), told, Snapshot(TABLE, self._events, b"state")]

    def _open_bets(self) -> list[BetId]:
        """Those at the table."""
        return [bet for bet in self.scribe.bets if bet not in self._games]

    def _other(self) -> list[Record]:
        account = self._account(0)
        if account is None:
            return self._join()
        if self._choose(2):
            return self.scribe.refusal(player_of(account))
        return self.scribe.deposit(account, 100)


def evening(scribe: Scribe) -> Iterator[Batch]:
    """One honest evening with everything in it, batch by batch; then the epoch's numbers go on.

    Ann plays dice four times with two seeds, of which the first is revealed; of her three bets at the table one is
    settled, one returned, one open. Ben has play money of two assets, loses one and
    wins some of the other at mines, where another game is open. The treasury lends the house something.
    """
    ann, ben = PlayerId(1), PlayerId(2)
    cash = player_account(ann, 1, Balance.CASH)
    yield scribe.batch(*scribe.opening(ann, 1_000), *scribe.seed(ann), scribe.round(TABLE, 1))
    yield scribe.batch(*scribe.opening(ben, 100), *scribe.opening(ben, 70, asset=2), *scribe.seed(ben))
    yield scribe.batch(*scribe.dice(cash, 10, 20), *scribe.refusal(ann), *scribe.deposit(cash, 50))
    bens = player_account(ben, 1, Balance.CASH)
    yield scribe.batch(*scribe.dice(cash, 11, 0), *scribe.dice(bens, 100, 0), *scribe.placed(cash, 30, TABLE, 1))
    yield scribe.batch(*scribe.dice(cash, 12, 23), *scribe.placed(cash, 40, TABLE, 1))
    settled, returned = scribe.bets
    yield scribe.batch(scribe.outcome(TABLE, 1), *scribe.settled(settled, 90), *scribe.returned(returned))
    bens_other = player_account(ben, 2, Balance.CASH)
    begun = scribe.game(bens_other, 14)
    [game] = scribe.bets
    yield scribe.batch(*begun, scribe.round(TABLE, 2), *scribe.placed(cash, 5, TABLE, 2), *scribe.seed(ann))
    yield scribe.batch(*scribe.dice(cash, 13, 0), *scribe.settled(game, 28), *scribe.game(bens_other, 6))
    yield scribe.batch(scribe.lent(1, 5_000))
