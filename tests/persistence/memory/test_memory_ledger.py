"""What the ledger in memory adds to the promises of every ledger: faults at a commit, and checks of its own rows."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from persistence.interfaces import Fenced, Rejected, Unavailable, Unknown
from persistence.memory.faults import Crash, Fault, PlannedFaults
from persistence.memory.ledger import MemoryLedger
from persistence.memory.tables import Tables
from protocol.ids import CommandId, PlayerId, ShardId
from protocol.money import Balance, HouseAccount, house_account, player_account
from protocol.records import BetState, HoldState, TransferKind
from tests.support.histories import evening
from tests.support.scribe import Scribe

ALL = [ShardId(0), ShardId(1)]
ANN = PlayerId(1)
CASH = player_account(ANN, 1, Balance.CASH)
HOUSE = house_account(1, HouseAccount.HOUSE, ShardId(0))
TREASURY = house_account(1, HouseAccount.TREASURY, ShardId(0))
TABLE = "roulette-1"


def opened(faults: Iterable[Fault] = ()) -> tuple[MemoryLedger, Scribe]:
    """A ledger in which Ann has 1,000, and whose next commits meet these faults."""
    ledger = MemoryLedger(2, faults=PlannedFaults([Fault.NONE, *faults]))
    scribe = Scribe(ledger.take_shards_now("host", ALL), ALL, ShardId(0))
    ledger.commit_now(scribe.batch(*scribe.opening(ANN, 1_000), *scribe.seed(ANN), scribe.round(TABLE, 1)))
    return ledger, scribe


@pytest.mark.parametrize(
    ("fault", "raised", "written"),
    [
        (Fault.NONE, None, True),
        (Fault.REPLY_LOST, Unknown, True),
        (Fault.ABORTED, Unknown, False),
        (Fault.UNAVAILABLE, Unavailable, False),
        (Fault.CRASH_BEFORE, Crash, False),
        (Fault.CRASH_AFTER, Crash, True),
    ],
)
def test_a_fault_decides_what_is_told_and_what_is_written(
    fault: Fault, raised: type[BaseException] | None, written: bool
) -> None:
    ledger, scribe = opened([fault])
    before = ledger.rows()
    batch = scribe.batch(*scribe.dice(CASH, 10, 20))
    if raised is None:
        ledger.commit_now(batch)
    else:
        with pytest.raises(raised):
            ledger.commit_now(batch)
    assert (ledger.rows() != before) is written
    ledger.take_shards_now("after", ALL)
    assert ledger.was_committed_now(batch.epoch, batch.seq) is written
    assert ledger.check_invariants() == ()


def test_faults_come_in_order_and_end() -> None:
    ledger, scribe = opened([Fault.UNAVAILABLE, Fault.ABORTED])
    batch = scribe.batch(*scribe.dice(CASH, 10, 20))
    with pytest.raises(Unavailable):
        ledger.commit_now(batch)
    with pytest.raises(Unknown):
        ledger.commit_now(batch)
    ledger.commit_now(batch)
    with pytest.raises(Fenced):
        ledger.commit_now(batch)


@pytest.mark.parametrize(("fault", "raised"), [(Fault.REPLY_LOST, Unknown), (Fault.CRASH_AFTER, Crash)])
def test_the_reply_to_a_fenced_batch_can_be_lost_too(fault: Fault, raised: type[BaseException]) -> None:
    ledger, scribe = opened([fault])
    ledger.take_shards_now("another", ALL)
    with pytest.raises(raised):
        ledger.commit_now(scribe.batch(*scribe.dice(CASH, 10, 20)))
    assert not ledger.was_committed_now(scribe.epoch, 2)


def test_a_lost_reply_does_not_hide_that_a_batch_is_rejected() -> None:
    ledger, scribe = opened([Fault.REPLY_LOST])
    with pytest.raises(Rejected):
        ledger.commit_now(scribe.batch(*scribe.deposit(CASH, -2_000)))


def test_a_crash_is_not_an_exception_that_the_process_could_handle() -> None:
    ledger, scribe = opened([Fault.CRASH_AFTER])
    with pytest.raises(Crash) as caught:
        ledger.commit_now(scribe.batch(*scribe.dice(CASH, 10, 20)))
    assert not isinstance(caught.value, Exception)
    assert (caught.value.batch.seq, caught.value.written) == (2, True)


# --- invariants ------------------------------------------------------------------------------------------------------


def played() -> MemoryLedger:
    ledger = MemoryLedger(2)
    for batch in evening(Scribe(ledger.take_shards_now("host", ALL), ALL, ShardId(0))):
        ledger.commit_now(batch)
    return ledger


def test_an_honest_ledger_breaks_nothing() -> None:
    assert played().check_invariants() == ()


def put(table: dict[Any, Any], key: Any, **fields: Any) -> None:
    table[key] = table[key]._replace(**fields)


def first(table: dict[Any, Any], **fields: Any) -> Any:
    return next(key for key, row in table.items() if all(getattr(row, name) == fields[name] for name in fields))


def shift(tables: Tables, taken: int, given: int, amount: int) -> None:
    """Have the balances agree with transfers that were changed."""
    accounts: dict[Any, Any] = tables.accounts
    put(accounts, taken, posted=accounts[taken].posted - amount)
    put(accounts, given, posted=accounts[given].posted + amount)


def _other_asset(tables: Tables) -> None:
    deposit = first(tables.transfers, kind=TransferKind.DEPOSIT)
    put(tables.transfers, deposit, debit=house_account(2, HouseAccount.TREASURY, ShardId(0)))
    shift(tables, house_account(2, HouseAccount.TREASURY, ShardId(0)), TREASURY, 50)


def _foreign_revenue(tables: Tables) -> None:
    stake = first(tables.transfers, kind=TransferKind.STAKE)
    shift(tables, HOUSE, TREASURY, tables.transfers[stake].amount)
    put(tables.transfers, stake, credit=TREASURY)


def _bet_and_command(tables: Tables) -> None:
    row = next(iter(tables.commands.values()))
    tables.commands[next(iter(tables.bets))] = row


def _second_draw(tables: Tables) -> None:
    bet = first(tables.bets, table_id=None)
    put(tables.bets, bet, nonce=1)


def _lost_hold(tables: Tables) -> None:
    put(tables.accounts, CASH, held=0)


BREAKS: dict[str, tuple[str, Callable[[Tables], None]]] = {
    "a transfer between two assets": ("double_entry", _other_asset),
    "a balance that its transfers do not make": ("balances", lambda tables: shift(tables, CASH, HOUSE, 1)),
    "a held amount without its hold": ("holds", _lost_hold),
    "a hold that was captured without a stake": (
        "holds",
        lambda tables: put(tables.holds, first(tables.holds, state=HoldState.RELEASED), state=HoldState.CAPTURED),
    ),
    "a settled bet of another stake": (
        "bets",
        lambda tables: put(tables.bets, first(tables.bets, table_id=None), stake=11),
    ),
    "a payout that was not paid": ("bets", lambda tables: put(tables.bets, first(tables.bets, payout=20), payout=21)),
    "a chain that misses a transfer": (
        "statements",
        lambda tables: put(tables.transfers, first(tables.transfers, kind=TransferKind.DEPOSIT), previous=None),
    ),
    "a wrong balance on a statement": (
        "statements",
        lambda tables: put(tables.transfers, first(tables.transfers, kind=TransferKind.DEPOSIT), balance=7),
    ),
    "an account that forgot its last transfer": ("statements", lambda tables: put(tables.accounts, CASH, last=None)),
    "an id of a bet and of a command": ("ids", _bet_and_command),
    "a nonce that was skipped": ("draws", _second_draw),
    "a forgotten draw": ("draws", lambda tables: put(tables.accounts, CASH, draw_high=0)),
    "a revealed seed that is not the one committed to": (
        "draws",
        lambda tables: put(tables.seeds, (ANN, 1), server_seed="another"),
    ),
    "a seed that was not announced": (
        "draws",
        lambda tables: put(tables.seeds, (ANN, 1), next_commitment="another"),
    ),
    "a round with another seed": ("rounds", lambda tables: put(tables.rounds, (TABLE, 1), server_seed="another")),
    "a bet that is settled in a round without outcome": (
        "rounds",
        lambda tables: put(tables.bets, first(tables.bets, payout=90), round=2),
    ),
    "a bet in no round": ("rounds", lambda tables: put(tables.bets, first(tables.bets, payout=90), round=None)),
    "a game of steps whose round is not its nonce": (
        "draws",
        lambda tables: put(tables.bets, first(tables.bets, game="mines"), round=9),
    ),
    "a game of steps that was returned though its stake is held": (
        "holds",
        lambda tables: put(tables.bets, first(tables.bets, stake=6), state=BetState.RETURNED),
    ),
    "a batch that is missing": ("batches", lambda tables: put(tables.epochs, 1, seq=10)),
    "a transfer that no batch counted": (
        "batches",
        lambda tables: put(tables.batches, (1, 2), transfers=tables.batches[1, 2].transfers - 1),  # type: ignore[index]
    ),
    "a stake that went to the treasury": ("pnl", _foreign_revenue),
}


@pytest.mark.parametrize(("invariant", "spoil"), BREAKS.values(), ids=list(BREAKS))
def test_what_is_broken_is_named_and_nothing_else(invariant: str, spoil: Callable[[Tables], None]) -> None:
    ledger = played()
    spoil(ledger.tables)
    broken = ledger.check_invariants()
    assert {one.invariant for one in broken} == {invariant}, broken
    assert all(one.evidence for one in broken)


def test_a_balance_below_zero_is_named() -> None:
    ledger = played()
    put(ledger.tables.accounts, CASH, held=10_000)
    assert "no_negative" in {one.invariant for one in ledger.check_invariants()}


def test_a_hold_of_nobody_is_named() -> None:
    ledger = played()
    del ledger.tables.holds[CommandId(first(ledger.tables.bets, payout=90))]
    assert {one.invariant for one in ledger.check_invariants()} == {"holds"}
