"""What must hold between the rows of a ledger, each derived from others: the auditor's checks, on rows in memory."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from persistence.memory.tables import StoredBet, StoredTransfer, Tables
from protocol.ids import AccountId, CommandId, PlayerId
from protocol.money import HouseAccount, asset_of, house_kind_of, player_of
from protocol.records import TRANSFERS_PER_EPOCH_BITS, BetState, HoldState, TransferKind

__all__ = ["Broken", "broken_invariants"]

DRAW_BITS: Final = 40
"""Of `draw_high`: the nonce, below the number of the seed."""
_GAME_KINDS: Final = frozenset({TransferKind.STAKE, TransferKind.WIN, TransferKind.REFUND})
_FEEDS: Final = frozenset({TransferKind.CONTRIBUTION, TransferKind.JACKPOT_SEED})
_HOLD_OF_BET: Final[dict[int, int]] = {
    BetState.OPEN: HoldState.PENDING,
    BetState.SETTLED: HoldState.CAPTURED,
    BetState.RETURNED: HoldState.RELEASED,
    BetState.DISOWNED: HoldState.DISOWNED,
}


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that does not hold, and a row that shows it."""

    invariant: str
    evidence: str


def broken_invariants(tables: Tables) -> tuple[Broken, ...]:
    """Return every row that breaks an invariant; nothing of an honest ledger."""
    return tuple(Broken(name, evidence) for name, check in CHECKS.items() for evidence in check(tables))


def _double_entry(tables: Tables) -> Iterator[str]:
    for row in tables.transfers.values():
        players = row.debit > 0 and row.credit > 0
        if row.amount <= 0 or row.debit == row.credit or players or asset_of(row.debit) != asset_of(row.credit):
            yield f"transfer {row}"
    sums: Counter[int] = Counter()
    for account in tables.accounts.values():
        sums[asset_of(account.id)] += account.posted
    yield from (f"the accounts of asset {asset} sum up to {total}" for asset, total in sums.items() if total)


def _balances(tables: Tables) -> Iterator[str]:
    posted: defaultdict[AccountId, int] = defaultdict(int)
    for row in tables.transfers.values():
        posted[row.debit] -= row.amount
        posted[row.credit] += row.amount
    for account in tables.accounts.values():
        folded = posted.pop(account.id, 0)
        if account.posted != folded:
            yield f"account {account.id} has {account.posted} posted, its transfers make {folded}"
    yield from (f"transfers on account {account}, which there is none of" for account in posted)


def _no_negative(tables: Tables) -> Iterator[str]:
    for account in tables.accounts.values():
        if account.id > 0 and not 0 <= account.held <= account.posted:
            yield f"account {account.id} has {account.posted} posted, {account.held} held"


def _holds(tables: Tables) -> Iterator[str]:
    held: defaultdict[AccountId, int] = defaultdict(int)
    for hold in tables.holds.values():
        if hold.state == HoldState.PENDING:
            held[hold.account] += hold.amount
        bet = tables.bets.get(hold.id)
        if bet is None or _is_instant(bet):
            yield f"hold {_show(hold.id)} has no bet at a table or of a game of steps"
        elif (hold.account, hold.amount, hold.state) != (bet.account, bet.stake, _HOLD_OF_BET[bet.state]):
            yield f"hold {_show(hold.id)} of {hold.amount} in state {hold.state} has bet {bet}"
    for bet in tables.bets.values():
        if not _is_instant(bet) and bet.id not in tables.holds:
            yield f"bet {_show(bet.id)} at table {bet.table_id} has no hold"
    for account in tables.accounts.values():
        pending = held.pop(account.id, 0)
        if account.held != pending:
            yield f"account {account.id} has {account.held} held, its pending holds make {pending}"
    yield from (f"holds on account {account}, which there is none of" for account in held)


def _bets(tables: Tables) -> Iterator[str]:
    stakes, wins = _by_ref(tables, TransferKind.STAKE), _by_ref(tables, TransferKind.WIN)
    for bet in tables.bets.values():
        settled = bet.state == BetState.SETTLED
        if [(row.debit, row.amount) for row in stakes.pop(bet.id, ())] != [(bet.account, bet.stake)] * settled:
            yield f"bet {_show(bet.id)} of {bet.stake} in state {bet.state} has other stakes than it should"
        won = [(bet.account, bet.payout)] if settled and bet.payout else []
        if [(row.credit, row.amount) for row in wins.pop(bet.id, ())] != won:
            yield f"bet {_show(bet.id)} paying {bet.payout} in state {bet.state} has other wins than it should"
        if (settled and bet.payout is None) or (_is_instant(bet) and not settled):
            yield f"bet {_show(bet.id)} is settled without a payout, or instant and yet not settled"
    for refs in (stakes, wins):
        yield from (f"transfers {rows} have no bet" for rows in refs.values())
    for row in tables.transfers.values():
        if row.kind == TransferKind.REFUND and row.ref not in tables.bets:
            yield f"refund {row} has no bet"


def _statements(tables: Tables) -> Iterator[str]:
    last: dict[AccountId, StoredTransfer] = {}
    for _, row in sorted(tables.transfers.items()):
        account = max(row.debit, row.credit)
        if account > 0:
            before = last.get(account)
            previous, balance = (before.id, before.balance) if before is not None else (None, 0)
            balance += row.amount if row.credit == account else -row.amount
            if row.previous != previous or row.balance != balance:
                yield f"transfer {row} should follow {previous} and leave {balance}"
            last[account] = row
    for one in tables.accounts.values():
        newest = last.get(one.id)
        if one.id > 0 and one.last != (newest.id if newest is not None else None):
            yield f"account {one.id} has {one.last} as its last transfer, which is {newest}"


def _ids(tables: Tables) -> Iterator[str]:
    yield from (f"id {_show(one)} is a bet's and a command's" for one in tables.bets.keys() & tables.commands.keys())


def _draws(tables: Tables) -> Iterator[str]:
    nonces: defaultdict[tuple[PlayerId, int], list[int]] = defaultdict(list)
    newest: defaultdict[AccountId, int] = defaultdict(int)
    for bet in tables.bets.values():
        if bet.seed is not None:
            nonces[player_of(bet.account), bet.seed].append(bet.nonce)
            newest[bet.account] = max(newest[bet.account], bet.seed << DRAW_BITS | bet.nonce)
        elif bet.table_id is None:
            yield f"bet {_show(bet.id)} has neither a table nor a seed"
        if bet.table_id is None and bet.round not in (None, bet.nonce):
            yield f"bet {_show(bet.id)} of a game of steps has the nonce {bet.nonce} and the round {bet.round}"
    for account in tables.accounts.values():
        if account.draw_high != newest[account.id]:
            yield f"account {account.id} says {account.draw_high} was its last draw, which was {newest[account.id]}"
    for key, seed in tables.seeds.items():
        drawn = nonces.pop(key, [])
        if sorted(drawn) != list(range(len(drawn))):
            yield f"seed {key} has the nonces {sorted(drawn)}"
        if seed.server_seed is not None and (
            _commitment(seed.server_seed) != seed.commitment or seed.nonces != len(drawn)
        ):
            yield f"seed {key} is revealed after {seed.nonces} draws of {len(drawn)}: {seed.server_seed}"
        before = tables.seeds.get((seed.player, seed.number - 1))
        if seed.number != 1 and (
            before is None or before.next_commitment != seed.commitment or before.server_seed is None
        ):
            yield f"seed {key} is not the one that was announced, or does not come after the one before: {before}"
    yield from (f"draws {drawn} with seed {key}, which there is none of" for key, drawn in nonces.items())


def _rounds(tables: Tables) -> Iterator[str]:
    for key, row in tables.rounds.items():
        drawn = row.outcome is not None
        if any((field is not None) != drawn for field in row[6:]):
            yield f"round {key} is drawn in part: {row}"
        if row.server_seed is not None and _commitment(row.server_seed) != row.commitment:
            yield f"round {key} is committed to {row.commitment}, not to {row.server_seed}"
    for bet in tables.bets.values():
        if bet.table_id is not None:
            found = tables.rounds.get((bet.table_id, bet.round or 0))
            if found is None:
                yield f"bet {_show(bet.id)} is in a round that there is none of: {bet.table_id} {bet.round}"
            elif bet.state == BetState.SETTLED and found.outcome is None:
                yield f"bet {_show(bet.id)} is settled in a round without outcome: {bet.table_id} {bet.round}"
            elif bet.outcome is not None and bet.outcome != found.outcome:
                yield f"bet {_show(bet.id)} has another outcome than its round {bet.table_id} {bet.round}"


def _batches(tables: Tables) -> Iterator[str]:
    seqs: Counter[int] = Counter()
    counted: Counter[int] = Counter()
    for batch in tables.batches.values():
        seqs[batch.epoch] += 1
        counted[batch.epoch] += batch.transfers
    there: Counter[int] = Counter(number >> TRANSFERS_PER_EPOCH_BITS for number in tables.transfers)
    highest: dict[int, int] = {}
    for number in tables.transfers:
        epoch, n = number >> TRANSFERS_PER_EPOCH_BITS, number & ((1 << TRANSFERS_PER_EPOCH_BITS) - 1)
        highest[epoch] = max(highest.get(epoch, 0), n)
    for one in tables.epochs.values():
        if seqs[one.id] != one.seq or any((one.id, seq) not in tables.batches for seq in range(1, one.seq + 1)):
            yield f"epoch {one.id} is at batch {one.seq} and has {seqs[one.id]} batches"
        if not counted[one.id] == there[one.id] == highest.get(one.id, 0):
            yield (
                f"epoch {one.id}: {counted[one.id]} transfers counted, {there[one.id]} there,"
                f" the last of them number {highest.get(one.id, 0)}"
            )
    yield from (
        f"rows of epoch {one}, which there is none of" for one in (seqs.keys() | there.keys()) - tables.epochs.keys()
    )


def _pnl(tables: Tables) -> Iterator[str]:
    results: defaultdict[AccountId, int] = defaultdict(int)
    for row in tables.transfers.values():
        if row.kind in _GAME_KINDS:
            results[row.debit] -= row.amount
            results[row.credit] += row.amount
    players: Counter[int] = Counter()
    house: Counter[int] = Counter()
    for account, result in results.items():
        if account > 0:
            players[asset_of(account)] += result
        elif house_kind_of(account) is HouseAccount.HOUSE:
            house[asset_of(account)] += result
    for asset in players.keys() | house.keys():
        if players[asset] != -house[asset]:
            yield f"asset {asset}: players' profit and loss {players[asset]}, gross gaming revenue {house[asset]}"


def _jackpots(tables: Tables) -> Iterator[str]:
    for row in tables.transfers.values():
        debtor, creditor = (house_kind_of(one) if one < 0 else None for one in (row.debit, row.credit))
        if row.kind in _FEEDS:
            fits = (debtor, creditor) == (HouseAccount.HOUSE, HouseAccount.JACKPOT)
        elif row.kind == TransferKind.JACKPOT_WIN:
            fits = (debtor, creditor) == (HouseAccount.JACKPOT, None)
        else:
            fits = HouseAccount.JACKPOT not in (debtor, creditor)
        if not fits:
            yield f"transfer {row} is not between the house, a jackpot and a player as its kind says"
        if row.kind in (TransferKind.CONTRIBUTION, TransferKind.JACKPOT_WIN):
            bet = tables.bets.get(row.ref)
            if bet is None or bet.state != BetState.SETTLED or row.credit not in (bet.account, *_house(row.credit)):
                yield f"transfer {row} is without its settled bet: {bet}"


def _house(account: AccountId) -> tuple[AccountId, ...]:
    return (account,) if account < 0 else ()


def _by_ref(tables: Tables, kind: TransferKind) -> dict[CommandId, list[StoredTransfer]]:
    found: defaultdict[CommandId, list[StoredTransfer]] = defaultdict(list)
    for row in tables.transfers.values():
        if row.kind == kind:
            found[row.ref].append(row)
    return found


def _is_instant(bet: StoredBet) -> bool:
    """Of an instant game; a bet at a table has a round, and one of a game of steps its nonce instead."""
    return bet.table_id is None and bet.round is None


def _commitment(server_seed: str) -> str:
    return sha256(server_seed.encode()).hexdigest()


def _show(command: Any) -> str:
    return command.hex() if isinstance(command, bytes) else str(command)


CHECKS: Final[dict[str, Callable[[Tables], Iterable[str]]]] = {
    "double_entry": _double_entry,
    "balances": _balances,
    "no_negative": _no_negative,
    "holds": _holds,
    "bets": _bets,
    "statements": _statements,
    "ids": _ids,
    "draws": _draws,
    "rounds": _rounds,
    "batches": _batches,
    "pnl": _pnl,
    "jackpots": _jackpots,
}
