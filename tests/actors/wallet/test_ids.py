"""One id: one effect and one answer, however often and whenever it is asked for."""

from collections.abc import Callable
from typing import Any

import pytest

from actors.instant.load import InstantKind
from actors.runtime.ref import Ref
from actors.wallet.memory import RECENT_MAX
from protocol.commands import Move
from protocol.errors import Code, Refusal
from protocol.ids import CommandId
from protocol.model import Request
from protocol.money import Balance
from protocol.records import TransferKind
from protocol.requests import RotateSeeds, Sit
from tests.support.casino import ANN, ASSETS, BEN, TABLE, USDT, Casino, account_of
from tests.support.simulation_oracle import plain

Again = Callable[[Casino], None]


def at_once(casino: Casino) -> None:
    """Nothing happens in between."""


def after_sleep(casino: Casino) -> None:
    """A wallet with a hold stays in memory, but keeps no ids there."""
    casino.sleep()


def after_a_restart(casino: Casino) -> None:
    casino.restart()


def after_many_others(casino: Casino) -> None:
    for _ in range(RECENT_MAX + 1):
        casino.move(ANN, 1)


AGAIN = [at_once, after_sleep, after_a_restart, after_many_others]


@pytest.fixture
def casino() -> Casino:
    casino = Casino()
    casino.open(ANN, 1_000)
    casino.asks(ANN, Sit(id=casino.new_id(), table=TABLE))
    return casino


def ask_for(casino: Casino, what: str, command: CommandId | None = None) -> Callable[[], Any]:
    """A command with one id, to be given again and again."""
    command = command or casino.new_id()
    if what in {"deposit", "withdrawal", "too large a withdrawal"}:
        amount = {"deposit": 300, "withdrawal": -300, "too large a withdrawal": -9_000}[what]
        return lambda: casino.move(ANN, amount, id=command)
    requests: dict[str, Request] = {
        "dice": casino.dice(id=command),
        "too large a bet on dice": casino.dice(4_000, id=command),
        "a bet on dice above the maximum": casino.dice(6_000, id=command),
        "a bet on dice that there is none of": casino.dice(target=0, over=False, id=command),
        "a bet on dice in an asset without balance": casino.dice(asset="USDT", id=command),
        "a bet on dice in an asset that there is none of": casino.dice(asset="NONE", id=command),
        "roulette": casino.bet(id=command),
        "a bet on a spot that there is none of": casino.bet(spot="no-such-spot", id=command),
        "rotation": RotateSeeds(id=command, client_seed="mine"),
    }
    return lambda: casino.asks(ANN, requests[what])


WHAT = [
    "deposit",
    "withdrawal",
    "too large a withdrawal",
    "dice",
    "too large a bet on dice",
    "a bet on dice above the maximum",
    "a bet on dice that there is none of",
    "a bet on dice in an asset without balance",
    "a bet on dice in an asset that there is none of",
    "roulette",
    "a bet on a spot that there is none of",
    "rotation",
]


def money_and_ids(casino: Casino) -> dict[str, list[Any]]:
    """Everything that an id may have an effect on."""
    rows = casino.ledger.rows()
    revealed = [row for row in casino.ledger.tables.seeds.values() if row.server_seed is not None]
    return {"revealed": revealed, **{one: rows[one] for one in ("accounts", "transfers", "bets", "holds", "commands")}}


@pytest.mark.parametrize("again", AGAIN)
@pytest.mark.parametrize("what", WHAT)
def test_a_repetition_has_the_first_answer_and_no_effect(casino: Casino, what: str, again: Again) -> None:
    ask = ask_for(casino, what)
    first = ask()
    again(casino)
    before = money_and_ids(casino)

    assert plain(ask()) == plain(first)
    assert money_and_ids(casino) == before


@pytest.mark.parametrize("again", AGAIN)
@pytest.mark.parametrize("what", WHAT)
def test_another_command_with_a_used_id_is_told_apart_and_has_no_effect(
    casino: Casino, what: str, again: Again
) -> None:
    used = casino.new_id()
    ask_for(casino, what, used)()
    again(casino)
    before = money_and_ids(casino)

    others = [casino.dice(55, id=used), casino.bet(55, id=used), RotateSeeds(id=used, client_seed="another")]
    answers = [casino.asks(ANN, request) for request in others] + [casino.move(ANN, 55, id=used)]

    assert answers == [Refusal(Code.ID_REUSED)] * 4
    assert money_and_ids(casino) == before


@pytest.mark.parametrize("again", AGAIN)
@pytest.mark.parametrize("what", WHAT)
def test_an_id_of_another_player_is_refused_and_has_no_effect(casino: Casino, what: str, again: Again) -> None:
    casino.open(BEN, 1_000)
    casino.asks(BEN, Sit(id=casino.new_id(), table=TABLE))
    used = casino.new_id()
    first = ask_for(casino, what, used)
    said = first()
    again(casino)
    before = money_and_ids(casino)

    others = [casino.dice(55, id=used), casino.bet(55, id=used), RotateSeeds(id=used, client_seed="another")]
    answers = [casino.asks(BEN, request) for request in others] + [casino.move(BEN, 55, id=used)]

    assert answers == [Refusal(Code.ID_REUSED)] * 4
    assert money_and_ids(casino) == before
    assert plain(first()) == plain(said)
    assert casino.asks(BEN, casino.dice())["t"] == "dice.settled"


@pytest.mark.parametrize("again", AGAIN)
@pytest.mark.parametrize("balance", [Balance.CASH, Balance.BONUS])
def test_what_was_refused_for_want_of_money_stays_refused_when_there_is_money(
    casino: Casino, balance: Balance, again: Again
) -> None:
    bets = [
        casino.dice(4_000, balance=balance.name.lower()),
        casino.dice(4_000, asset="USDT", balance=balance.name.lower()),
    ]
    refusals = [casino.asks(ANN, bet) for bet in bets]
    assert [refusal.code for refusal in refusals] == [Code.INSUFFICIENT_FUNDS] * 2
    for account in (account_of(ANN, balance), account_of(ANN, balance, USDT)):
        assert casino.move(ANN, 9_000, account=account)["t"] == "moved"
    again(casino)

    assert [casino.asks(ANN, bet) for bet in bets] == refusals
    assert casino.ledger.tables.bets == {}


@pytest.mark.parametrize("again", AGAIN)
def test_what_was_no_bet_stays_refused_when_the_game_is_offered(casino: Casino, again: Again) -> None:
    offered = casino.kinds["instant"]
    casino.kinds = {**casino.kinds, "instant": InstantKind(ASSETS, {}, casino.sealer)}
    casino.restart()
    bet = casino.dice()
    refusal = casino.asks(ANN, bet)
    assert refusal.code is Code.UNKNOWN_ASSET
    casino.kinds = {**casino.kinds, "instant": offered}
    casino.restart()
    assert casino.asks(ANN, casino.dice())["t"] == "dice.settled"
    again(casino)

    assert casino.asks(ANN, bet) == refusal


def test_a_refusal_sticks_even_when_the_wallet_was_never_opened() -> None:
    casino = Casino()
    bet = casino.dice()
    refusal = casino.asks(ANN, bet)
    assert refusal.code is Code.INSUFFICIENT_FUNDS
    casino.open(ANN, 1_000)

    assert casino.asks(ANN, bet) == refusal
    assert casino.balance(ANN) == (1_000, 0)


def test_a_repetition_finds_its_id_used_although_that_is_not_written_yet(casino: Casino) -> None:
    bet = casino.dice()
    first = casino.post(*casino.on_its_way(ANN, bet))
    for _ in range(RECENT_MAX + 1):
        casino.post(*casino.on_its_way(ANN, casino.dice(10)))
    second = casino.post(*casino.on_its_way(ANN, bet))
    assert casino.look_up() == 0

    casino.settle()

    assert first
    assert [plain(answer) for answer in first] == [plain(answer) for answer in second]
    assert list(casino.ledger.tables.bets).count(bet.id) == 1  # type: ignore[arg-type]


def test_repetitions_of_an_old_id_that_come_together_have_one_effect(casino: Casino) -> None:
    after_many_others(casino)
    casino.asks(ANN, casino.dice(10))
    old = casino.dice(id=casino.new_id(ms_ago=1_000))
    answers = [casino.post(*casino.on_its_way(ANN, old)) for _ in range(3)]
    assert casino.look_up() == 1
    answers += [casino.post(*casino.on_its_way(ANN, old)) for _ in range(2)]
    casino.settle()
    after_many_others(casino)
    answers.append(casino.post(*casino.on_its_way(ANN, old)))
    casino.settle()

    assert {plain(answer)["nonce"] for [answer] in answers} == {1}
    assert list(casino.ledger.tables.bets)[1:] == [old.id]


def test_a_repetition_that_asks_before_the_first_is_written_is_not_told_that_it_is_new(casino: Casino) -> None:
    # The first asks, and so does the second while something else is in flight; the first is handled, and then forgotten
    # for newer ones; only then has the store an answer for the second.
    after_many_others(casino)
    casino.asks(ANN, casino.dice(10))
    old = casino.dice(id=casino.new_id(ms_ago=1_000))
    first = casino.post(*casino.on_its_way(ANN, old))
    [wanted] = casino.host.take_lookups(9)
    casino.post(Ref("wallet", ANN), Move(casino.new_id(), account_of(ANN), 1, TransferKind.DEPOSIT))
    second = casino.post(*casino.on_its_way(ANN, old))
    casino.host.looked_up(wanted, None)
    for _ in range(RECENT_MAX + 1):
        casino.post(*casino.on_its_way(ANN, casino.dice(10)))
    casino.settle()
    third = casino.asks(ANN, old)

    assert plain(first[0]) == plain(second[0]) == plain(third)


def test_an_id_that_was_never_used_but_is_old_is_used_once_looked_up(casino: Casino) -> None:
    casino.move(ANN, 1)
    after_a_restart(casino)
    lookups = casino.host.counters.lookups

    assert casino.move(ANN, 5, id=casino.new_id(ms_ago=60_000))["available"] == 1_006
    assert casino.host.counters.lookups == lookups + 1


def test_a_new_id_costs_no_look_up(casino: Casino) -> None:
    for _ in range(3 * RECENT_MAX):
        casino.now_ms += 1
        casino.asks(ANN, casino.dice(10))

    assert casino.host.counters.lookups == 0
