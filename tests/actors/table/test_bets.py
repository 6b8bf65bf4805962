"""Bets at a table: held when they are placed, and each paid or returned exactly once."""

from collections.abc import Callable
from typing import Any

import pytest

from actors.runtime.ref import Ref
from protocol.errors import Code, Refusal
from protocol.games.roulette import RouletteBet, RouletteClear, RouletteUndo
from protocol.records import BetState, HoldState
from protocol.requests import Leave, Sit
from tests.support.casino import ANN, BEN, ROUND_MS, TABLE, Casino
from tests.support.simulation_oracle import plain

WHEEL = Ref("table", TABLE)
SPOTS = ("red", "straight:0", "dozen:2")


@pytest.fixture
def casino() -> Casino:
    casino = Casino()
    for player in (ANN, BEN):
        casino.open(player, 10_000)
        casino.asks(player, Sit(id=casino.new_id(), table=TABLE))
    return casino


def undo(casino: Casino) -> RouletteUndo:
    return RouletteUndo(id=casino.new_id(), table=TABLE)


def clear(casino: Casino) -> RouletteClear:
    return RouletteClear(id=casino.new_id(), table=TABLE)


def state_of(casino: Casino, bet: RouletteBet) -> int:
    row = casino.ledger.tables.bets[bet.id]  # type: ignore[index]
    return row.state


# --- placing ---


def test_a_placed_bet_is_held_in_the_batch_in_which_it_stands(casino: Casino) -> None:
    bet = casino.bet(100)
    batches = len(casino.batches)
    answer = casino.asks(ANN, bet)

    assert (answer["t"], answer["table"], answer["round"]) == ("roulette.placed", TABLE, 1)
    assert (answer["stake"], answer["available"], answer["held"]) == (100, 9_900, 100)
    assert len(casino.batches) == batches + 1
    written = {type(record).__name__ for record in casino.batches[-1].records}
    assert written == {"Hold", "Bet", "AccountMark", "JournalEntry"}


def test_bets_add_up(casino: Casino) -> None:
    for _ in range(3):
        casino.asks(ANN, casino.bet(100))

    assert casino.balance(ANN) == (10_000, 300)
    assert casino.asks(ANN, casino.bet(800)).code is Code.BET_ABOVE_MAXIMUM


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda casino: casino.bet(9), Code.BET_BELOW_MINIMUM),
        (lambda casino: casino.bet(1_001), Code.BET_ABOVE_MAXIMUM),
        (lambda casino: casino.bet(600, "straight:17"), Code.EXPOSURE_LIMIT),
        (lambda casino: casino.bet(spot="no-such-spot"), Code.INVALID_BET),
        (lambda casino: casino.bet(balance="bonus"), Code.INSUFFICIENT_FUNDS),
        (lambda casino: casino.bet(round=2), Code.BETTING_CLOSED),
        (undo, Code.NOTHING_TO_UNDO),
        (clear, Code.NOTHING_TO_UNDO),
    ],
)
def test_what_the_rules_refuse_holds_nothing_and_stays_refused(
    casino: Casino, make: Callable[[Casino], Any], code: Code
) -> None:
    request = make(casino)
    refusal = casino.asks(ANN, request)
    casino.wait(ROUND_MS)
    if code is Code.NOTHING_TO_UNDO:
        casino.asks(ANN, casino.bet())

    assert refusal.code is code
    assert casino.asks(ANN, request) == refusal
    assert all(hold.id != request.id for hold in casino.ledger.tables.holds.values())


def test_one_must_sit_to_bet_and_what_was_refused_before_stays_so(casino: Casino) -> None:
    casino.asks(ANN, Leave(id=casino.new_id(), table=TABLE))
    bet = casino.bet()
    refusal = casino.asks(ANN, bet)
    casino.asks(ANN, Sit(id=casino.new_id(), table=TABLE))

    assert refusal == Refusal(Code.NOT_SEATED, {"table": TABLE})
    assert casino.asks(ANN, bet) == refusal


def test_what_the_house_could_lose_is_limited_over_all_players(casino: Casino) -> None:
    assert casino.asks(ANN, casino.bet(500, "straight:17"))["t"] == "roulette.placed"
    assert casino.asks(BEN, casino.bet(100, "straight:17")).code is Code.EXPOSURE_LIMIT
    assert casino.asks(BEN, casino.bet(100, "straight:18"))["t"] == "roulette.placed"
    casino.asks(ANN, clear(casino))
    assert casino.asks(BEN, casino.bet(400, "straight:17"))["t"] == "roulette.placed"


def test_a_bet_waits_for_its_wallet_and_is_decided_when_that_is_there(casino: Casino) -> None:
    # The wallet comes only after betting has closed: the bet is refused, once, and nothing was held meanwhile.
    casino.restart()
    casino.host.wake(WHEEL)
    assert casino.load() == 1
    casino.settle()
    bet = casino.bet()
    answers = casino.post(*casino.on_its_way(ANN, bet))
    casino.now_ms += 10_000
    casino.host.run_timers()
    casino.settle()

    assert [answer.code for answer in answers] == [Code.BETTING_CLOSED]
    assert casino.asks(ANN, bet) == answers[0]
    assert casino.ledger.tables.holds == {}


# --- taking back ---


def test_an_undo_takes_back_the_newest_bet_and_a_clear_all_of_them(casino: Casino) -> None:
    bets = [casino.bet(n * 10) for n in (1, 2, 3)]
    for bet in bets:
        casino.asks(ANN, bet)
    casino.asks(BEN, casino.bet(10))
    newest = casino.asks(ANN, undo(casino))
    rest = casino.asks(ANN, clear(casino))

    assert plain(newest)["bets"] == [bets[2].id]
    assert (newest["amount"], rest["amount"]) == (30, 30)
    assert plain(rest)["bets"] == [bets[0].id, bets[1].id]
    assert {state_of(casino, bet) for bet in bets} == {BetState.RETURNED}
    assert (casino.balance(ANN), casino.balance(BEN)) == ((10_000, 0), (10_000, 10))


def test_a_repeated_undo_takes_nothing_more_back(casino: Casino) -> None:
    for _ in range(2):
        casino.asks(ANN, casino.bet())
    request = undo(casino)
    first = casino.asks(ANN, request)
    assert plain(casino.asks(ANN, request)) == plain(first)
    casino.restart()
    assert plain(casino.asks(ANN, request)) == plain(first)

    assert casino.balance(ANN) == (10_000, 100)


def test_nothing_is_taken_back_once_betting_is_closed(casino: Casino) -> None:
    casino.asks(ANN, casino.bet())
    casino.wait(10_000)

    assert casino.asks(ANN, undo(casino)).code is Code.BETTING_CLOSED
    assert casino.balance(ANN) == (10_000, 100)


def test_who_leaves_keeps_the_bets(casino: Casino) -> None:
    bet = casino.bet()
    casino.asks(ANN, bet)
    casino.asks(ANN, Leave(id=casino.new_id(), table=TABLE))
    casino.wait(ROUND_MS)

    assert state_of(casino, bet) == BetState.SETTLED


# --- paying ---


def test_a_settled_round_pays_every_player_what_the_rules_say(casino: Casino) -> None:
    # One of these wins, whatever comes but 0: red and black pay 2 for 1.
    casino.asks(ANN, casino.bet(100, "red"))
    casino.asks(BEN, casino.bet(100, "black"))
    casino.wait(ROUND_MS)

    pocket = next(one["pocket"] for one in casino.events(f"table:{TABLE}") if one["t"] == "roulette.spun")
    results = sorted((casino.balance(ANN)[0], casino.balance(BEN)[0]))
    assert results == ([9_900, 9_900] if pocket == 0 else [9_900, 10_100])
    assert all(hold.state == HoldState.CAPTURED for hold in casino.ledger.tables.holds.values())


def test_a_player_whose_wallet_is_not_in_memory_is_paid_when_it_is(casino: Casino) -> None:
    bet = casino.bet()
    casino.asks(ANN, bet)
    casino.restart()
    casino.host.wake(WHEEL)
    casino.settle()
    assert Ref("wallet", ANN) not in casino.host.cells
    casino.wait(ROUND_MS)

    assert state_of(casino, bet) == BetState.SETTLED
    assert casino.balance(ANN)[1] == 0


@pytest.mark.parametrize("restarts", [0, 1, 3])
def test_what_is_owed_is_paid_in_the_end_however_often_the_wallet_could_not_be_loaded(
    casino: Casino, restarts: int
) -> None:
    bet = casino.bet()
    casino.asks(ANN, bet)
    for _ in range(restarts + 1):
        casino.restart()
        casino.host.wake(WHEEL)
        casino.load()
        _pass_a_round_without_wallets(casino)
    assert state_of(casino, bet) == BetState.OPEN
    casino.wait(ROUND_MS)

    assert state_of(casino, bet) == BetState.SETTLED
    assert casino.balance(ANN)[1] == 0


def test_what_is_owed_is_paid_when_the_table_wakes_up_although_nobody_plays_any_more(casino: Casino) -> None:
    bet = casino.bet()
    casino.asks(ANN, bet)
    for player in (ANN, BEN):
        casino.asks(player, Leave(id=casino.new_id(), table=TABLE))
    casino.restart()
    casino.host.wake(WHEEL)
    casino.load()
    _pass_a_round_without_wallets(casino)
    assert state_of(casino, bet) == BetState.OPEN
    casino.restart()
    casino.host.wake(WHEEL)
    casino.settle()

    assert state_of(casino, bet) == BetState.SETTLED


def _pass_a_round_without_wallets(casino: Casino) -> None:
    for _ in range(4):
        casino.now_ms += 5_000
        casino.host.run_timers()
        for ref in casino.host.take_loads(9):
            casino.host.load_failed(ref, Refusal(Code.TRY_AGAIN))
        casino.commit()


def test_a_wallet_that_fails_keeps_no_other_player_from_being_paid(casino: Casino) -> None:
    bets = {player: casino.bet() for player in (ANN, BEN)}
    for player, bet in bets.items():
        casino.asks(player, bet)
    casino.wait(12_999)
    wallet: Any = casino.host.cells[Ref("wallet", ANN)].actor
    wallet._holds = {bets[ANN].id: "a hold that is none"}
    casino.now_ms += 1
    casino.host.run_timers()
    [(ref, _, _)] = casino.faults
    casino.faults.clear()
    casino.settle()

    assert ref == Ref("wallet", ANN)
    assert {state_of(casino, bet) for bet in bets.values()} == {BetState.SETTLED}
