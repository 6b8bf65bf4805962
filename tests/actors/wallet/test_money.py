"""What a wallet has, and how it gets more or less."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.runtime.ref import Ref
from actors.wallet.wallet import BALANCE_MAX
from protocol.commands import Look, Move, OpenWallet
from protocol.errors import Code, Refusal
from protocol.ids import AccountId
from protocol.money import AMOUNT_MAX, Balance, house_account
from protocol.money import HouseAccount as House
from protocol.records import TransferKind
from protocol.replies import WalletSnapshot
from protocol.requests import Balances
from tests.support.casino import ANN, BEN, USDT, Casino, account_of

WALLET = Ref("wallet", ANN)


@pytest.fixture
def casino() -> Casino:
    casino = Casino()
    casino.open(ANN, 1_000)
    return casino


# --- opening ---


def test_opening_balances_are_given_once_however_often_a_player_logs_in(casino: Casino) -> None:
    for _ in range(3):
        casino.open(ANN, 1_000)
        casino.restart()

    assert casino.balance(ANN) == (1_000, 0)
    assert [one.kind for one in casino.ledger.tables.transfers.values()] == [TransferKind.OPENING]


def test_opening_balances_come_from_the_treasury(casino: Casino) -> None:
    treasury = casino.ledger.tables.accounts[house_account(1, House.TREASURY, min(casino.ledger.tables.shards))]

    assert treasury.posted == -1_000


def test_a_balance_is_opened_when_there_is_none_of_it_yet(casino: Casino) -> None:
    bonus = account_of(ANN, Balance.BONUS)
    casino.ask(WALLET, OpenWallet(ANN, ((account_of(ANN), 1_000), (bonus, 50))))

    assert casino.wallet(ANN) == {("PLAY", "cash"): (1_000, 0), ("PLAY", "bonus"): (50, 0)}


def test_a_balance_of_nothing_may_be_opened() -> None:
    casino = Casino()
    casino.open(ANN, 0)

    assert casino.balance(ANN) == (0, 0)
    assert not casino.ledger.tables.transfers


# --- money in and out ---


def test_a_deposit_and_a_withdrawal_move_money_and_say_what_is_there_then(casino: Casino) -> None:
    deposit, withdrawal = casino.move(ANN, 300), casino.move(ANN, -1_200)

    assert (deposit["t"], deposit["available"], withdrawal["available"]) == ("moved", 1_300, 100)
    assert casino.balance(ANN) == (100, 0)


def test_a_deposit_opens_the_balance_that_it_is_for(casino: Casino) -> None:
    casino.move(ANN, 70, account=account_of(ANN, Balance.CASH, USDT))

    assert casino.wallet(ANN)["USDT", "cash"] == (70, 0)


def test_more_than_is_available_is_not_withdrawn(casino: Casino) -> None:
    assert casino.move(ANN, -1_001) == Refusal(Code.INSUFFICIENT_FUNDS, {"available": 1_000, "needed": 1_001})
    assert casino.move(BEN, -1) == Refusal(Code.INSUFFICIENT_FUNDS, {"available": 0, "needed": 1})


@pytest.mark.parametrize("amount", [5, -5])
def test_an_adjustment_goes_either_way(casino: Casino, amount: int) -> None:
    assert casino.move(ANN, amount, kind=TransferKind.ADJUSTMENT)["available"] == 1_000 + amount


@pytest.mark.parametrize(
    ("amount", "kind"),
    [
        (0, TransferKind.DEPOSIT),
        (0, TransferKind.ADJUSTMENT),
        (-5, TransferKind.DEPOSIT),
        (5, TransferKind.WITHDRAWAL),
        (AMOUNT_MAX + 1, TransferKind.DEPOSIT),
        (-AMOUNT_MAX - 1, TransferKind.WITHDRAWAL),
    ],
)
def test_an_amount_that_cannot_be_meant_is_refused(casino: Casino, amount: int, kind: TransferKind) -> None:
    assert casino.move(ANN, amount, kind=kind).code is Code.AMOUNT_OUT_OF_RANGE
    assert casino.balance(ANN) == (1_000, 0)


@pytest.mark.parametrize("account", [account_of(BEN), AccountId(account_of(ANN) | 31 << 3)])
def test_an_account_of_another_or_of_no_asset_is_refused(casino: Casino, account: AccountId) -> None:
    assert casino.move(ANN, 5, account=account).code is Code.UNKNOWN_ASSET


def test_a_balance_does_not_grow_past_what_the_ledger_counts(casino: Casino) -> None:
    for _ in range(BALANCE_MAX // AMOUNT_MAX - 1):
        casino.move(ANN, AMOUNT_MAX)

    assert casino.move(ANN, AMOUNT_MAX).code is Code.BALANCE_LIMIT
    assert casino.move(ANN, AMOUNT_MAX - 1_000)["available"] == BALANCE_MAX


def test_a_kind_of_move_that_is_none_is_a_fault_and_moves_nothing(casino: Casino) -> None:
    stake = Move(casino.new_id(), account_of(ANN), 5, TransferKind.STAKE)
    answers = casino.post(WALLET, stake)

    assert answers == [Refusal(Code.INTERNAL)]
    casino.faults.clear()
    casino.settle()
    assert casino.wallet(ANN) == {("PLAY", "cash"): (1_000, 0)}


# --- looking ---


def test_a_wallet_says_every_balance_and_where_its_stream_is(casino: Casino) -> None:
    casino.move(ANN, 5)
    view = casino.asks(ANN, Balances(id=casino.new_id()))
    snapshot = casino.ask(WALLET, Look(ANN))

    assert isinstance(snapshot, WalletSnapshot)
    assert (view.epoch, view.seq, view.balances) == (snapshot.epoch, snapshot.seq, snapshot.balances)
    assert [(one.asset, one.balance, one.available, one.held) for one in view.balances] == [("PLAY", "cash", 1_005, 0)]


def test_every_change_is_told_to_those_who_watch_with_the_position_that_the_answer_has(casino: Casino) -> None:
    deposit = casino.move(ANN, 5)
    dice = casino.asks(ANN, casino.dice())

    [first, second] = casino.events(f"wallet:{ANN}")
    assert (first["reason"], first["ref"], first["available"]) == ("deposit", deposit["id"], 1_005)
    assert (second["reason"], second["ref"], second["available"]) == ("bet", dice["id"], dice["available"])
    assert (second["epoch"], second["seq"]) == (dice["epoch"], dice["seq"])
    assert second["seq"] == first["seq"] + 1


def test_a_player_without_money_has_an_empty_wallet() -> None:
    assert Casino().wallet(ANN) == {}


@given(st.lists(st.integers(-2_000, 2_000).filter(bool), max_size=20), st.integers(0, 20))
def test_a_balance_is_the_sum_of_what_moved_and_never_below_nothing(amounts: list[int], restart_at: int) -> None:
    casino = Casino()
    casino.open(ANN, 1_000)
    expected = 1_000
    for number, amount in enumerate(amounts):
        if number == restart_at:
            casino.restart()
        answer = casino.move(ANN, amount)
        if expected + amount < 0:
            assert answer == Refusal(Code.INSUFFICIENT_FUNDS, {"available": expected, "needed": -amount})
        else:
            expected += amount
            assert answer["available"] == expected

    assert casino.balance(ANN) == (expected, 0)
    lines, _ = casino.ledger.statement_now(account_of(ANN), None, 100)
    assert sum(line.amount for line in lines) == expected
