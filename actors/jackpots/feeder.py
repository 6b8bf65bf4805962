"""The feeder: takes a jackpot's share of the stakes of a shard's players, and has won pools claimed and paid.

It is a neighbour of the players, so their bets and their contributions are of one commit. What is less than a ledger
unit is kept for the next bet. What it has had in all, and what is claimed, it says to the jackpot until that has heard:
totals and numbered claims may be said any number of times.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgpack

from actors.jackpots.plan import PARTS, Plan, jackpot_of_feeder
from actors.runtime.actor import Actor, Sender
from actors.runtime.ref import Ref
from actors.runtime.turn import Turn
from persistence.interfaces import JournalRow, KnownCommand, Ledger
from protocol.commands import FeederHeard, FeederReport, FeedJackpot, PayJackpot, Wake
from protocol.ids import AccountId, BetId, CommandId
from protocol.money import asset_of, player_of
from protocol.records import Snapshot, Transfer, TransferKind

REPORT_MS: Final = 1_000
"""How often a feeder says what it has had, if that has changed or was not heard."""


@dataclass(slots=True)
class FeederState:
    """Of the jackpot with this number, by level: ledger units in all, and what is left of one, in parts of `PARTS`.

    Claims, by their numbers, are bet, level and account.
    """

    asset: int
    number: int
    n: int = 0
    units: dict[str, int] = field(default_factory=dict)
    rest: dict[str, int] = field(default_factory=dict)
    claims: dict[int, tuple[BetId, str, AccountId]] = field(default_factory=dict)
    last: int = 0
    """The number of the newest claim."""
    paid: int = 0
    """What was paid for claims, in all."""

    def dump(self) -> bytes:
        """As a snapshot."""
        claims = [(number, *claim) for number, claim in self.claims.items()]
        fields = (self.asset, self.number, self.units, self.rest, claims, self.last, self.paid)
        return msgpack.packb(fields)  # type: ignore[no-any-return]


def read_feeder(row: JournalRow) -> FeederState:
    """The state that was written."""
    asset, number, units, rest, claims, last, paid = msgpack.unpackb(row.snapshot or b"")
    pending = {claim: (bet, level, AccountId(account)) for claim, bet, level, account in claims}
    return FeederState(asset, number, row.snapshot_n, units, rest, pending, last, paid)


class Feeder:
    """One shard's feeder of one jackpot."""

    __slots__ = ("_asset", "_heard", "_jackpot", "_name", "_plan", "_state", "_timer_at")

    def __init__(self, ref: Ref, plan: Plan, state: FeederState) -> None:
        self._name = str(ref)
        self._plan = plan
        self._asset = plan.asset.number
        self._jackpot = Ref("jackpot", plan.name)
        self._state = state
        self._heard: dict[str, int] | None = None
        self._timer_at = 0

    # --- what the host calls ---

    def awake(self, turn: Turn) -> None:
        """Say what there is: nobody knows what was heard of it."""
        self._say(turn)

    def receive(self, turn: Turn, command: Any, sender: Sender) -> None:
        """Handle one message."""
        if type(command) is FeederHeard:
            self._pay(turn, command)
        elif type(command) is Wake:
            self._timer_at = 0
            self._say(turn)

    def called(self, turn: Turn, command: Any) -> Any:
        """Take the share of a stake, within the turn that takes the stake."""
        if type(command) is not FeedJackpot:
            raise TypeError(f"a feeder is not called with {type(command).__name__}")
        self._feed(turn, command)

    def void(self, command: Any) -> None:
        """Nothing is noted of a message before it is handled."""

    def remember(self, command: CommandId, known: KnownCommand | None) -> None:
        """Feeders ask nobody about ids."""

    def may_sleep(self, now: int) -> bool:
        """A bet must not wait for it."""
        return False

    # --- what it does ---

    def _feed(self, turn: Turn, feed: FeedJackpot) -> None:
        state, amount = self._state, 0
        for level in self._plan.levels:
            name = level.name
            whole, state.rest[name] = divmod(state.rest.get(name, 0) + feed.stake * level.share, PARTS)
            if whole:
                state.units[name] = state.units.get(name, 0) + whole
                amount += whole
        if amount:
            pools = turn.jackpot(self._asset, self._plan.number)
            house, kind = turn.house(self._asset), TransferKind.CONTRIBUTION
            turn.stage(Transfer(turn.next_transfer(), house, pools, amount, kind, feed.bet, 0, None))
        for name in feed.won:
            state.last += 1
            state.claims[state.last] = (feed.bet, name, feed.account)
        self._write(turn)
        if feed.won:
            self._say(turn)
        else:
            self._wake_later(turn)

    def _pay(self, turn: Turn, heard: FeederHeard) -> None:
        """Pay what was awarded and is not paid yet: from here on it is, and the claim is gone with the same commit."""
        self._heard = dict(heard.fed)
        claims = self._state.claims
        due = [(number, amount, claims[number]) for number, amount in heard.awards if number in claims]
        for _, _, (_, _, account) in due:
            turn.need(Ref("wallet", player_of(account)))
        pools = turn.jackpot(self._asset, self._plan.number)
        for number, amount, (bet, _, account) in due:
            if asset_of(account) != self._asset:
                raise RuntimeError(f"{self._name} claims for account {account}, of another asset")
            if amount:
                turn.call(Ref("wallet", player_of(account)), PayJackpot(bet, account, pools, amount))
            del claims[number]
            self._state.paid += amount
        if due:
            self._write(turn)
            self._say(turn)

    def _say(self, turn: Turn) -> None:
        """Say all of it, unless all of it was heard."""
        state = self._state
        if state.claims or self._heard != state.units:
            claims = tuple((number, bet, level) for number, (bet, level, _) in state.claims.items())
            turn.tell(self._jackpot, FeederReport(tuple(state.units.items()), claims, state.last))
            self._wake_later(turn)

    def _wake_later(self, turn: Turn) -> None:
        """In full seconds, so that many feeders are one timer."""
        if self._timer_at:
            return
        self._timer_at = (turn.now // REPORT_MS + 1) * REPORT_MS
        turn.wake_at(self._timer_at)

    def _write(self, turn: Turn) -> None:
        state = self._state
        state.n += 1
        turn.stage(Snapshot(self._name, state.n, state.dump()))


class FeederKind:
    """Feeders from their snapshots. Those of jackpots that are not configured do not exist."""

    def __init__(self, plans: dict[str, Plan]) -> None:
        self._plans = plans

    async def load(self, ledger: Ledger, refs: Sequence[Ref]) -> dict[Ref, Actor]:
        """See `Kind.load`."""
        known = {ref: self._plans.get(jackpot_of_feeder(str(ref.key))) for ref in refs}
        rows = await ledger.load_journals([str(ref) for ref in known])
        return {
            ref: Feeder(ref, plan, _state_of(plan, rows[str(ref)])) for ref, plan in known.items() if plan is not None
        }


def _state_of(plan: Plan, row: JournalRow) -> FeederState:
    return FeederState(plan.asset.number, plan.number) if row.snapshot is None else read_feeder(row)
