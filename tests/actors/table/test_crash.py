"""A table of crash: its chain, its flights by the clock, cash-outs through the wallet, and kills at every moment."""

from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.fairness.chain import is_chain
from actors.fairness.seal import chain_seed
from actors.games.catalogue import VERIFIABLE
from actors.games.crash import multiplier_at, reached_at, recorded_of
from actors.games.crash.game import BEAT_MS
from actors.wallet.memory import RECENT_MAX
from actors.wallet.used_ids import KEPT_MS
from persistence.memory.tables import StoredBet
from protocol.commands import Look, Watchers
from protocol.errors import Code, Refusal
from protocol.games.crash import CrashCashout, CrashClear, CrashUndo
from protocol.ids import BetId, TableId
from protocol.records import BetState
from protocol.requests import Leave, Sit
from tests.support.casino import ANN, BEN, TABLE, Casino
from tests.support.flights import FUNDS, LAUNCH_MS, SEAT, SETTLED_MS, Flights
from tests.support.simulation_oracle import plain


@pytest.fixture
def casino() -> Flights:
    return Flights()


def told(casino: Casino, what: str) -> list[dict[str, Any]]:
    return [event for event in casino.events(f"table:{TABLE}") if event["t"] == f"crash.{what}"]


def rows(casino: Casino) -> list[StoredBet]:
    return list(casino.ledger.tables.bets.values())


def again(casino: Casino) -> None:
    """The process is killed, and another one goes on with the table."""
    casino.restart()
    casino.host.wake(SEAT)
    casino.settle()


# --- flights ---


def test_a_flight_is_launched_and_busts_at_its_millisecond(casino: Flights) -> None:
    bet = casino.crash_bet()
    bust = casino.fly((ANN, bet), low=150, high=500)
    launched = told(casino, "launched")[-1]
    casino.wait(reached_at(bust) - 1)
    assert len(told(casino, "crashed")) == len(told(casino, "launched")) - 1
    casino.wait(1)

    crashed = told(casino, "crashed")[-1]
    assert (crashed["bust"], crashed["now_ms"] - launched["now_ms"]) == (bust, crashed["crashed_ms"])
    assert told(casino, "settled")[-1]["now_ms"] == crashed["now_ms"]
    assert casino.balance(ANN)[1] == 0


def test_a_player_who_is_gone_is_cashed_out_at_the_target_all_the_same(casino: Flights) -> None:
    bet = casino.crash_bet(100, 150)
    bust = casino.fly((ANN, bet), low=150, high=500)
    before = casino.balance(ANN)
    casino.asks(ANN, Leave(id=casino.new_id(), table=TABLE))
    casino.land(bust)

    assert casino.balance(ANN) == (before[0] + 50, 0)


def test_watchers_are_told_of_a_flight_by_one_event_at_a_time_20_times_a_second(casino: Flights) -> None:
    casino.host.post(SEAT, Watchers(1_000), None)
    bust = casino.fly((ANN, casino.crash_bet()), low=150, high=500)
    before, records = len(told(casino, "tick")), len(casino.ledger.tables.journal)
    casino.wait(2_000)

    ticks = told(casino, "tick")[before:]
    assert bust > multiplier_at(2_000)
    assert len(ticks) in (2_000 // BEAT_MS, 2_000 // BEAT_MS + 1)
    assert len(ticks) >= 2 * 20
    assert all(tick["multiplier"] == multiplier_at(tick["elapsed_ms"]) for tick in ticks)
    assert len(casino.ledger.tables.journal) == records


def test_nobody_is_told_of_a_flight_that_nobody_watches(casino: Flights) -> None:
    casino.fly((ANN, casino.crash_bet()), low=150, high=500)
    casino.wait(1_000)

    assert told(casino, "tick") == []


# --- cash-outs ---


def test_a_cash_out_is_answered_with_what_the_curve_says_and_paid_when_the_flight_is_over(casino: Flights) -> None:
    bet = casino.crash_bet(300)
    bust = casino.fly((ANN, bet), low=200, high=500)
    before = casino.balance(ANN)
    casino.wait(5_000)
    answer = casino.asks(ANN, casino.cashout(bet))

    assert answer == {
        "t": "crash.cashed",
        "id": answer["id"],
        "table": TABLE,
        "round": casino.number,
        "bet": bet.id,
        "multiplier": 134,
        "payout": 402,
    }
    assert casino.balance(ANN) == before
    casino.land(bust, 5_000)
    assert casino.balance(ANN) == (before[0] + 102, 0)


def test_a_cash_out_has_one_answer_for_ever_and_one_effect(casino: Flights) -> None:
    bet = casino.crash_bet(300)
    bust = casino.fly((ANN, bet), low=200, high=500)
    casino.wait(5_000)
    request = casino.cashout(bet)
    answer = plain(casino.asks(ANN, request))
    for after_ms in (10, 0, reached_at(bust), SETTLED_MS):
        casino.wait(after_ms)
        assert plain(casino.asks(ANN, request)) == answer
        again(casino)
        assert plain(casino.asks(ANN, request)) == answer
    assert casino.asks(ANN, request.model_copy(update={"bet": casino.new_id()})).code is Code.ID_REUSED


def test_a_cash_out_with_an_id_that_was_used_for_something_else_has_no_effect(casino: Flights) -> None:
    bet = casino.crash_bet(300)
    casino.fly((ANN, bet), low=200, high=500)
    casino.wait(1_000)

    assert casino.asks(ANN, CrashCashout(id=bet.id, table=TABLE, bet=bet.id)).code is Code.ID_REUSED
    assert casino.ask(SEAT, Look(ANN)).mine[0][3] == 0


def test_what_is_refused_stays_refused(casino: Flights) -> None:
    first, bet = casino.crash_bet(), casino.crash_bet()
    casino.asks(ANN, first)
    early = casino.cashout(first)
    assert casino.asks(ANN, early).code is Code.OUT_OF_TURN
    bust = casino.fly((ANN, bet), low=200, high=500)
    other = casino.cashout(bet)
    assert casino.asks(BEN, other).code is Code.INVALID_BET
    casino.wait(1_000)
    assert casino.asks(ANN, early).code is Code.OUT_OF_TURN
    casino.wait(reached_at(bust) - 1_000)
    late = casino.cashout(bet)
    refused = casino.asks(ANN, late)

    assert refused.code is Code.CRASHED
    assert refused.evidence["bust"] == bust
    assert refused.evidence["came_ms"] >= refused.evidence["crashed_ms"] == reached_at(bust)
    casino.wait(SETTLED_MS)
    assert casino.asks(ANN, late) == refused


def test_in_the_millisecond_of_the_bust_the_order_of_turns_decides_and_later_it_is_the_time(casino: Flights) -> None:
    for late_ms, comes_first, code in ((0, True, None), (0, False, Code.CRASHED), (1, True, Code.CRASHED)):
        bet = casino.crash_bet()
        bust = casino.fly((ANN, bet), low=200, high=500)
        casino.now_ms += reached_at(bust) + late_ms
        if not comes_first:
            casino.host.run_timers()
        answer = casino.asks(ANN, casino.cashout(bet))
        assert answer["multiplier"] == bust if code is None else answer.code is code
        casino.wait(0)
        assert [name for _, name, _ in told(casino, "crashed")[-1]["ties"]] == (["player 1"] if code is None else [])
        casino.wait(SETTLED_MS)


def test_a_cash_out_that_finds_the_flight_over_is_told_so_even_if_the_store_must_be_asked_about_its_id(
    casino: Flights,
) -> None:
    bet = casino.crash_bet()
    bust = casino.fly((ANN, bet), low=200, high=500)
    request = casino.cashout(bet)
    casino.wait(KEPT_MS + 1_000)
    for _ in range(RECENT_MAX + 1):
        casino.asks(ANN, casino.dice(1))
    casino.now_ms += reached_at(bust) - KEPT_MS - 1_000 + 1

    answer = casino.asks(ANN, request)

    assert (answer.code, answer.evidence["bust"]) == (Code.CRASHED, bust)


def test_many_cash_outs_are_told_by_one_tick(casino: Flights) -> None:
    bets = [casino.crash_bet(10) for _ in range(8)]
    casino.host.post(SEAT, Watchers(1), None)
    casino.fly(*((ANN, bet) for bet in bets), low=200, high=500)
    casino.wait(1_000)
    before = len(told(casino, "tick"))
    for bet in bets:
        casino.asks(ANN, casino.cashout(bet))
    casino.wait(BEAT_MS)

    [tick] = told(casino, "tick")[before:]
    assert len(tick["cashed"]) + tick["more"] == len(bets)
    assert tick["flying"] == 0


# --- the chain ---


def test_rounds_take_their_seeds_from_a_chain_whose_terminating_hash_was_told_before(casino: Flights) -> None:
    for _ in range(4):
        bust = casino.bust()
        casino.wait(LAUNCH_MS)
        casino.land(bust)
        again(casino)

    [chain] = told(casino, "chain")
    revealed = [event["server_seed"] for event in told(casino, "crashed")]
    assert (chain["first_round"], len(revealed)) == (1, 4)
    assert casino.events(f"table:{TABLE}")[0] == chain
    assert is_chain(chain["terminating"], revealed)
    commitments = [event["commitment"] for event in told(casino, "opened")]
    assert commitments == [chain["terminating"], *revealed]


def test_a_chain_that_is_used_up_is_followed_by_another(casino: Flights, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(casino.host.cells[SEAT].actor._game), "chain_rounds", 3)  # type: ignore[union-attr]
    casino = Flights()
    for _ in range(7):
        bust = casino.bust()
        casino.wait(LAUNCH_MS)
        casino.land(bust)

    chains = told(casino, "chain")
    revealed = [event["server_seed"] for event in told(casino, "crashed")]
    assert [(chain["first_round"], chain["rounds"]) for chain in chains] == [(1, 3), (4, 3), (7, 3)]
    for number, chain in enumerate(chains):
        assert is_chain(chain["terminating"], revealed[3 * number : 3 * number + 3])
    assert not is_chain(chains[0]["terminating"], revealed[:4])


def test_no_seed_of_the_chain_is_written_or_told_before_its_round_is_over(casino: Flights) -> None:
    bust = casino.bust()
    casino.wait(LAUNCH_MS + reached_at(bust))
    state = casino.host.cells[SEAT].actor._memory.game  # type: ignore[union-attr]
    root = casino.sealer.open(state.chain.sealed, chain_seed(TableId(TABLE), 1))
    revealed = told(casino, "crashed")[-1]["server_seed"]
    written = repr(casino.ledger.rows()) + repr(casino.pushed_events)

    assert revealed in written
    assert root not in written


# --- killed ---


def played(after_ms: int, *, dies: bool) -> list[Any]:
    """A round with a cash-out, in which the process dies or does not."""
    casino = Flights()
    bet, other = casino.crash_bet(200), casino.crash_bet(100, 130)
    for _ in range(3):
        casino.wait(LAUNCH_MS)
        casino.land(casino.bust())
    placed = [casino.asks(ANN, bet), casino.asks(BEN, other)]
    assert isinstance(placed[0], dict)
    bust = casino.bust()
    moments = [(after_ms, None), (LAUNCH_MS + 1_000, bet)]
    now = 0
    for at, what in sorted(moments, key=lambda one: one[0]):
        casino.wait(at - now)
        now = at
        if what is not None:
            casino.asks(ANN, casino.cashout(what))
        elif dies:
            again(casino)
    casino.wait(LAUNCH_MS + reached_at(bust) + SETTLED_MS)
    row = casino.ledger.tables.rounds[TABLE, 4]
    paid = [one.payout for one in rows(casino)]
    return [row.outcome, row.client_seed, paid, casino.balance(ANN), casino.balance(BEN)]


@pytest.mark.parametrize("after_ms", [0, 9_999, 10_500, 11_000, 11_500, 12_500, 14_000, 60_000])
def test_a_crash_at_any_time_changes_neither_the_bust_nor_what_is_paid(after_ms: int) -> None:
    assert played(after_ms, dies=True) == played(after_ms, dies=False)


# --- whatever is played ---

PLAYERS = st.sampled_from([ANN, BEN])
ACTS = st.one_of(
    st.tuples(st.just("bet"), PLAYERS, st.integers(5, 1_200), st.none() | st.integers(101, 900)),
    st.tuples(st.sampled_from(["undo", "clear"]), PLAYERS),
    st.tuples(st.just("cashout"), PLAYERS, st.integers(0, 5)),
    st.tuples(st.just("wait"), st.integers(1, 9_000)),
    st.tuples(st.sampled_from(["die", "sleep"])),
)


def act(casino: Flights, what: tuple[Any, ...]) -> None:
    match what:
        case ("bet", player, amount, target):
            casino.asks(player, casino.crash_bet(amount, target))
        case ("undo", player):
            casino.asks(player, CrashUndo(id=casino.new_id(), table=TABLE))
        case ("clear", player):
            casino.asks(player, CrashClear(id=casino.new_id(), table=TABLE))
        case ("cashout", player, number):
            bets = [one.id for one in rows(casino)] or [BetId(casino.new_id())]
            request = CrashCashout(id=casino.new_id(), table=TABLE, bet=bets[-1 - number % len(bets)])
            casino.asks(player, request)
        case ("wait", ms):
            casino.wait(ms)
        case ("die",):
            again(casino)
        case ("sleep",):
            casino.host.sweep()


@settings(max_examples=25)
@given(acts=st.lists(ACTS, max_size=30))
def test_whatever_happens_all_bets_are_over_in_the_end_and_what_went_in_came_out(acts: list[tuple[Any, ...]]) -> None:
    casino = Flights()
    for what in acts:
        act(casino, what)
    casino.wait(200_000)

    bets = rows(casino)
    assert {bet.state for bet in bets} <= {BetState.SETTLED, BetState.RETURNED}
    house = sum(bet.stake - (bet.payout or 0) for bet in bets if bet.state == BetState.SETTLED)
    balances = [casino.balance(player) for player in (ANN, BEN)]
    assert sum(posted for posted, _ in balances) + house == 2 * FUNDS
    assert [held for _, held in balances] == [0, 0]
    for bet in bets:
        recomputed(casino, bet)


def recomputed(casino: Casino, bet: StoredBet) -> None:
    """A bet follows from what is recorded of it and its round alone."""
    row = casino.ledger.tables.rounds[TABLE, bet.round or 0]
    recorded = msgpack.unpackb(row.outcome or b"")
    params, outcome = recorded_of(bet.id, msgpack.unpackb(bet.params), recorded)
    found = VERIFIABLE["crash"].recompute(
        row.server_seed or "", row.client_seed or "", row.round, params=params, stake=bet.stake
    )
    assert found[0] == outcome
    assert found[1] == bet.payout or bet.state == BetState.RETURNED


def test_a_cash_out_at_a_table_that_has_none_is_no_message_of_it() -> None:
    wheel = Casino()
    wheel.open(ANN, FUNDS)
    wheel.asks(ANN, Sit(id=wheel.new_id(), table=TABLE))
    answer = wheel.asks(ANN, CrashCashout(id=wheel.new_id(), table=TABLE, bet=wheel.new_id()))

    assert isinstance(answer, Refusal)
    assert answer.code is Code.UNKNOWN_TYPE
