"""Writes honest batches, as a host's actors would: for tests that need a ledger with something in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgpack

from persistence.interfaces import Batch
from protocol.ids import AccountId, BetId, CommandId, Epoch, PlayerId, ShardId, command_id_from
from protocol.money import Balance, HouseAccount, asset_of, house_account, player_account, player_of
from protocol.records import (
    AccountMark,
    AccountOpen,
    Bet,
    BetEnd,
    BetState,
    CommandRecord,
    Hold,
    HoldEnd,
    HoldState,
    Record,
    RoundEnd,
    RoundOpen,
    SeedEnd,
    SeedOpen,
    Transfer,
    TransferKind,
    transfer_id,
)

START_MS = 1_700_000_000_000


@dataclass(slots=True)
class Purse:
    """What the scribe knows of an account."""

    id: AccountId
    posted: int = 0
    held: int = 0
    draw_high: int = 0
    last: int | None = None


def commitment_of(server_seed: str) -> str:
    """The published commitment to a server seed."""
    return sha256(server_seed.encode()).hexdigest()


class Scribe:
    """Composes the records of one epoch. Each method returns the records of one command; `batch` numbers them."""

    def __init__(self, epoch: Epoch, shards: Iterable[ShardId], house_shard: ShardId) -> None:
        self.epoch = epoch
        self.shards = frozenset(shards)
        self.house_shard = house_shard
        self.seq = 0
        self.now = START_MS
        self.purses: dict[AccountId, Purse] = {}
        self.seeds: dict[PlayerId, tuple[int, int]] = {}
        self.bets: dict[BetId, tuple[AccountId, int]] = {}
        self._transfers = 0
        self._ids = 0

    def batch(self, *records: Record) -> Batch:
        """The next batch of the epoch."""
        self.seq += 1
        self.now += 10
        return Batch(self.epoch, self.seq, self.shards, self.house_shard, self.now, records)

    def command_id(self) -> CommandId:
        """An id that was not used before, by this scribe or that of another epoch."""
        self._ids += 1
        return command_id_from(self.now, self.epoch.to_bytes(4, "big") + self._ids.to_bytes(6, "big"))

    # --- money ---

    def opening(self, player: PlayerId, amount: int, asset: int = 1, balance: Balance = Balance.CASH) -> list[Record]:
        """An account with something in it."""
        purse = Purse(player_account(player, asset, balance))
        self.purses[purse.id] = purse
        records: list[Record] = [AccountOpen(purse.id)]
        if amount:
            records.append(self.transfer(purse, amount, TransferKind.OPENING, self.command_id(), HouseAccount.TREASURY))
        return [*records, self.mark(purse)]

    def deposit(self, account: AccountId, amount: int) -> list[Record]:
        """Money comes (or, if negative, goes)."""
        purse, command = self.purses[account], self.command_id()
        kind = TransferKind.DEPOSIT if amount > 0 else TransferKind.WITHDRAWAL
        moved = self.transfer(purse, amount, kind, command, HouseAccount.TREASURY)
        return [moved, self.recorded(player_of(account), command), self.mark(purse)]

    def refusal(self, player: PlayerId, code: int = 4001) -> list[Record]:
        """A command that is refused for good."""
        return [self.recorded(player, self.command_id(), code)]

    def recorded(self, player: PlayerId, command: CommandId, code: int = 0) -> CommandRecord:
        """The answer of a command, remembered."""
        return CommandRecord(command, player, command[:8], code, msgpack.packb({"available": 7}), self.now)

    def transfer(
        self, purse: Purse, amount: int, kind: TransferKind, ref: CommandId, house: HouseAccount = HouseAccount.HOUSE
    ) -> Transfer:
        """Signed, from the player's side."""
        self._transfers += 1
        number = transfer_id(self.epoch, self._transfers)
        other = house_account(asset_of(purse.id), house, self.house_shard)
        debit, credit = (other, purse.id) if amount > 0 else (purse.id, other)
        purse.posted += amount
        made = Transfer(number, debit, credit, abs(amount), kind, ref, purse.posted, purse.last)
        purse.last = number
        return made

    def lent(self, asset: int, amount: int) -> Transfer:
        """The treasury gives the house something; no player is concerned."""
        self._transfers += 1
        treasury = house_account(asset, HouseAccount.TREASURY, self.house_shard)
        house = house_account(asset, HouseAccount.HOUSE, self.house_shard)
        number = transfer_id(self.epoch, self._transfers)
        return Transfer(number, treasury, house, amount, TransferKind.ADJUSTMENT, self.command_id(), 0, None)

    def mark(self, purse: Purse) -> AccountMark:
        """The wallet's word."""
        return AccountMark(purse.id, purse.posted, purse.held, self.now, purse.draw_high, purse.last)

    # --- instant games ---

    def seed(self, player: PlayerId) -> list[Record]:
        """The player's next seed; the one before is revealed."""
        number, drawn = self.seeds.get(player, (0, 0))
        records: list[Record] = []
        if number:
            records.append(SeedEnd(player, number, self.server_seed(player, number), drawn, self.now))
        self.seeds[player] = (number + 1, 0)
        commitment = commitment_of(self.server_seed(player, number + 1))
        following = commitment_of(self.server_seed(player, number + 2))
        return [
            *records,
            SeedOpen(player, number + 1, commitment, b"sealed", "client", self.now, following, b"sealed too"),
        ]

    def server_seed(self, player: PlayerId, number: int) -> str:
        """What the seed of this number is."""
        return sha256(f"{player}/{number}".encode()).hexdigest()

    def dice(self, account: AccountId, stake: int, payout: int) -> list[Record]:
        """A bet that is settled at once, with the player's next nonce."""
        purse, bet, player = self.purses[account], self.command_id(), player_of(account)
        number, nonce = self.seeds[player]
        self.seeds[player] = (number, nonce + 1)
        records: list[Record] = [self.transfer(purse, -stake, TransferKind.STAKE, bet)]
        if payout:
            records.append(self.transfer(purse, payout, TransferKind.WIN, bet))
        purse.draw_high = number << 40 | nonce
        row = Bet(
            bet, account, "dice", None, None, stake, payout, BetState.SETTLED, number, nonce, b"\x80", b"\x80",
            purse.posted - purse.held, purse.held, bet[:8], self.now,
        )  # fmt: skip
        return [*records, row, self.mark(purse)]

    def game(self, account: AccountId, stake: int) -> list[Record]:
        """A game of steps begins, with the player's next nonce, its stake held."""
        purse, bet, player = self.purses[account], self.command_id(), player_of(account)
        number, nonce = self.seeds[player]
        self.seeds[player] = (number, nonce + 1)
        purse.held += stake
        purse.draw_high = number << 40 | nonce
        self.bets[bet] = (account, stake)
        row = Bet(
            bet, account, "mines", None, nonce, stake, None, BetState.OPEN, number, nonce, b"\x80", b"\x80",
            purse.posted - purse.held, purse.held, bet[:8], self.now,
        )  # fmt: skip
        return [Hold(bet, account, stake, f"games:{player}"), row, self.mark(purse)]

    # --- tables ---

    def round(self, table: str, number: int) -> RoundOpen:
        """A round that is committed to."""
        commitment = commitment_of(self.round_seed(table, number))
        return RoundOpen(table, number, "roulette", commitment, b"sealed", self.now)

    def outcome(self, table: str, number: int, pocket: int = 17) -> RoundEnd:
        """Its outcome."""
        outcome: Any = msgpack.packb({"pocket": pocket})
        return RoundEnd(table, number, self.round_seed(table, number), "client", b"\x90", outcome, self.now)

    def round_seed(self, table: str, number: int) -> str:
        """What the seed of this round is."""
        return sha256(f"{table}#{number}".encode()).hexdigest()

    def placed(self, account: AccountId, stake: int, table: str, number: int) -> list[Record]:
        """A bet at a table, its stake held."""
        purse, bet = self.purses[account], self.command_id()
        purse.held += stake
        self.bets[bet] = (account, stake)
        row = Bet(
            bet, account, "roulette", table, number, stake, None, BetState.OPEN, None, number, b"\x80", None,
            purse.posted - purse.held, purse.held, bet[:8], self.now,
        )  # fmt: skip
        return [Hold(bet, account, stake, table), row, self.mark(purse)]

    def settled(self, bet: BetId, payout: int) -> list[Record]:
        """The stake of a bet, or of a game of steps, is captured, and the win paid."""
        account, stake = self.bets.pop(bet)
        purse = self.purses[account]
        purse.held -= stake
        records: list[Record] = [
            HoldEnd(bet, account, stake, HoldState.CAPTURED),
            self.transfer(purse, -stake, TransferKind.STAKE, bet),
        ]
        if payout:
            records.append(self.transfer(purse, payout, TransferKind.WIN, bet))
        return [*records, BetEnd(bet, payout, BetState.SETTLED, self.now), self.mark(purse)]

    def returned(self, bet: BetId) -> list[Record]:
        """The bet is taken back, and the stake is free again."""
        account, stake = self.bets.pop(bet)
        purse = self.purses[account]
        purse.held -= stake
        end = HoldEnd(bet, account, stake, HoldState.RELEASED)
        return [end, BetEnd(bet, 0, BetState.RETURNED, self.now), self.mark(purse)]
