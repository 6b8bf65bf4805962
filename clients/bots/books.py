"""A bot's own idea of its balance: what it was at login, and every bet since, by the bot's own arithmetic."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from clients.bots.report import Tally
from clients.bots.wins import Wins

AHEAD_MAX: Final = 1_024
"""Changes that wait for one before them."""
FOREIGN_REASONS: Final = frozenset({"deposit", "withdrawal", "adjustment", "opening", "refund"})
"""Changes that a bot does not make: it takes the server's word for them."""
DECLINED_MAX: Final = 1_024
"""Refused bets that are remembered, the newest."""
JACKPOT_WIN: Final = "jackpot_win"
"""A pool is paid: how much was in it, only the server can say; whether it was won, the bet has said."""
HOLD: Final = "hold"
RELEASE: Final = "release"
"""A stake is given back: to whoever asked for it, or because the table does not know the bet."""


class Change(NamedTuple):
    """What a reply's position of the wallet moved, by the bot's reckoning, and what the server says was there then."""

    epoch: int
    seq: int
    available_by: int
    held_by: int
    available: int
    held: int


@dataclass(slots=True)
class Due:
    """A held stake. `available_by` is what comes back for it, as soon as that is known."""

    stake: int
    available_by: int | None = None


@dataclass(slots=True, eq=False)
class Books:
    """One balance of one player, compared with the server's at every position of the `wallet` stream.

    `asked` has the ids of requests on their way. While `certain` is false - a connection was lost, so that the order of
    changes is not known - changes are only added up, until `close` compares the sum.
    """

    tally: Tally
    asked: Collection[bytes]
    asset: str = ""
    balance: str = "cash"
    player: int = 0
    available: int = 0
    held: int = 0
    certain: bool = False
    dues: dict[bytes, Due] = field(default_factory=dict)
    """Stakes that are held, by bet."""
    wins: Wins | None = None
    """Pools that are still to be paid; nothing where replies do not tell of them."""
    _declined: dict[bytes, int] = field(default_factory=dict)
    """Refused bets, with what is held for each all the same."""
    _epoch: int = 0
    _seq: int = 0
    _ahead: dict[int, Change | Mapping[str, Any]] = field(default_factory=dict)
    _server_knows_better: bool = False

    def open(self, fields: Mapping[str, Any]) -> None:
        """Begin with what the server says (a `welcome` or `wallet`): nothing was played yet."""
        self.available, self.held = self._stated(fields["balances"])
        self._begin(fields)

    def lose_certainty(self) -> None:
        """From here on changes may come in any order, again, or without their position."""
        for change in self._ahead.values():
            if isinstance(change, Change):
                self._add(change.available_by, change.held_by)
            elif change["reason"] == JACKPOT_WIN:
                self._server_knows_better = True
                self._count_win(change["ref"], -1)
        self._ahead.clear()
        self.certain = False
        self._take_decided()
        for bet, stake in self._declined.items():
            self._add(stake, -stake)
            self._declined[bet] = 0

    def lose_track(self) -> None:
        """It will not be known what came of a request: the next comparison takes the server's word."""
        self.lose_certainty()
        self._server_knows_better = True

    def close(self, fields: Mapping[str, Any], final: bool) -> bool:
        """Compare with what the server says (a `wallet`) when nothing is open, and go on from its word.

        Return whether that was possible: unless this is `final`, a difference is not counted when the server may be
        ahead of what the bot has heard.
        """
        if self._ahead:
            self.lose_certainty()
        self._look_for_wins(final)
        available, held = self._stated(fields["balances"])
        agrees = self._server_knows_better or (available, held) == (self.available, self.held)
        same_position = self.certain and (fields["epoch"], fields["seq"]) == (self._epoch, self._seq)
        if not agrees and not final and not same_position:
            return False
        self.tally.compared += 1
        if not agrees:
            self._disagree(available, held, "with nothing on its way")
        self._server_knows_better = False
        self.available, self.held = available, held
        self._begin(fields)
        return True

    def changed(self, change: Change) -> None:
        """The next change of the balance, told by a reply, or one that overtook it."""
        if self.certain and change.seq == self._seq + 1 and change.epoch == self._epoch:
            self._apply(change)
            if self._ahead:
                self._ahead.pop(change.seq, None)
                self._catch_up()
        elif self._wait(change.epoch, change.seq):
            self._ahead[change.seq] = change
        else:
            self.lose_certainty()
            self._add(change.available_by, change.held_by)

    def pushed(self, event: Mapping[str, Any]) -> None:
        """A `wallet.changed`: a stake that was held comes back or is lost, or others moved the balance."""
        if self.certain and (event["epoch"], event["seq"]) <= (self._epoch, self._seq):
            return
        if self._wait(event["epoch"], event["seq"]):
            self._ahead.setdefault(event["seq"], event)
            self._catch_up()
            return
        if event["reason"] == JACKPOT_WIN:
            self._count_win(event["ref"], -1)
        if event["reason"] in FOREIGN_REASONS or event["reason"] == JACKPOT_WIN:
            self.lose_track()
        else:
            self.lose_certainty()

    def hold(self, bet: bytes, stake: int) -> None:
        """The stake of a bet is held (the reply that says so is a change of its own)."""
        self.dues[bet] = Due(stake)

    def win(self, bet: bytes, pools: int) -> None:
        """A bet says that it has won so many pools of a jackpot."""
        self.tally.jackpots += pools
        self._count_win(bet, pools)

    def decline(self, bet: bytes) -> None:
        """A bet was refused. Its stake may be held for a moment: by a wallet that is not where the table is."""
        self._declined[bet] = 0
        if len(self._declined) > DECLINED_MAX:
            oldest = next(iter(self._declined))
            stake = self._declined.pop(oldest)
            self._add(stake, -stake)

    def resolve(self, back: Mapping[bytes, int]) -> None:
        """It is known what comes back for held stakes, all those that one moment decides: the server moves them now."""
        for bet, available_by in back.items():
            due = self.dues.get(bet)
            if due is not None:
                due.available_by = available_by
        if self.certain:
            self._catch_up()
        else:
            self._take_decided()

    def decided_waits(self) -> bool:
        """Whether the server has not moved a stake of which it is known what comes back."""
        return any(due.available_by is not None for due in self.dues.values())

    def look_again(self) -> None:
        """A request that a change may have waited for was answered."""
        if self._ahead and self.certain:
            self._catch_up()

    def _wait(self, epoch: int, seq: int) -> bool:
        return self.certain and epoch == self._epoch and seq > self._seq and len(self._ahead) < AHEAD_MAX

    def _catch_up(self) -> None:
        """Apply what comes next, as long as it is known what it should be."""
        while (change := self._ahead.get(self._seq + 1)) is not None:
            if isinstance(change, Change):
                self._apply(change)
            elif not self._applied(change):
                return
            del self._ahead[self._seq]

    def _apply(self, change: Change) -> None:
        self._seq = change.seq
        self._add(change.available_by, change.held_by)
        self._compare(change.available, change.held)

    def _applied(self, event: Mapping[str, Any]) -> bool:
        """Take a pushed change into the books, unless what it should be will only be known in a moment."""
        bet = event["ref"]
        due = self.dues.get(bet)
        if due is not None and due.available_by is None and event["reason"] == RELEASE and not self.asked:
            due.available_by = due.stake
        if bet in self.asked or (due is not None and due.available_by is None):
            return False
        self._seq = event["seq"]
        if event["reason"] == JACKPOT_WIN:
            self._jackpot(event)
        elif due is not None:
            self._take_for(bet, event)
        elif bet in self._declined and event["reason"] in {HOLD, RELEASE}:
            self._pass_by(bet, event)
        elif (event["asset"], event["balance"]) == (self.asset, self.balance):
            self._foreign(event)
        return True

    def _take_for(self, bet: bytes, event: Mapping[str, Any]) -> None:
        """One event may tell of one stake, or of all that a round decided."""
        decided = [bet for bet, due in self.dues.items() if due.available_by is not None]
        back = sum(self.dues[bet].available_by or 0 for bet in decided)
        if len(decided) > 1 and self.available + back == event["available"]:
            for one in decided:
                self._take(one)
        else:
            self._take(bet)
        self._compare(event["available"], event["held"])

    def _pass_by(self, bet: bytes, event: Mapping[str, Any]) -> None:
        """The stake of a refused bet is held, whatever it is, or that comes back."""
        if event["reason"] == HOLD:
            stake = self._declined[bet] = max(0, event["held"] - self.held)
            self._add(-stake, stake)
        else:
            stake, self._declined[bet] = self._declined[bet], 0
            self._add(stake, -stake)
        self._compare(event["available"], event["held"])

    def _take_decided(self) -> None:
        for bet in [bet for bet, due in self.dues.items() if due.available_by is not None]:
            self._take(bet)

    def _take(self, bet: bytes) -> None:
        due = self.dues.pop(bet)
        self._add(due.available_by or 0, -due.stake)

    def _foreign(self, event: Mapping[str, Any]) -> None:
        reason = event["reason"]
        if reason not in FOREIGN_REASONS:
            self.tally.mismatch(self.player, f"moved for {reason!r} of {event['ref'].hex()}, which it did not ask for")
        self.available, self.held = event["available"], event["held"]

    def _jackpot(self, event: Mapping[str, Any]) -> None:
        """A pool is paid: to a bet that has won one, and it is more than nothing."""
        bet = event["ref"]
        if self.wins is not None and self.wins.left(bet) <= 0:
            self.tally.mismatch(self.player, f"is paid a jackpot for {bet.hex()}, which has won none")
        elif event["available"] <= self.available or event["held"] != self.held:
            self.tally.mismatch(self.player, f"is paid nothing by a jackpot: {event}")
        self._count_win(bet, -1)
        self.available, self.held = event["available"], event["held"]

    def _look_for_wins(self, final: bool) -> None:
        """A pool that was won and of whose payment nothing was heard: a lost connection may have swallowed that."""
        if self.wins and not self.certain:
            self.wins.clear()
            self._server_knows_better = True
        elif self.wins and final:
            self.tally.mismatch(self.player, f"has won {self.wins.pools} pools and was not paid")

    def _count_win(self, bet: bytes, by: int) -> None:
        if self.wins is not None:
            self.wins.count(bet, by)

    def _add(self, available_by: int, held_by: int) -> None:
        self.available += available_by
        self.held += held_by

    def _begin(self, fields: Mapping[str, Any]) -> None:
        self._epoch, self._seq = fields["epoch"], fields["seq"]
        self._ahead.clear()
        self.certain = True

    def _stated(self, balances: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
        for view in balances:
            if view["asset"] == self.asset and view["balance"] == self.balance:
                return view["available"], view["held"]
        return 0, 0

    def _compare(self, available: int, held: int) -> None:
        self.tally.compared += 1
        if self.available != available or self.held != held:
            self._disagree(available, held, f"at {self._epoch}:{self._seq}")

    def _disagree(self, available: int, held: int, when: str) -> None:
        self.tally.mismatch(
            self.player,
            f"server says {available} available and {held} held of {self.asset} {self.balance} {when}, "
            f"the bot reckons {self.available} and {self.held}",
        )
        self.available, self.held = available, held
