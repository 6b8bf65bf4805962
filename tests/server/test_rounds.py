"""Rounds recalled from their record: phases, funds before and after, and the same outcome when played again."""

import asyncio
from collections.abc import Coroutine
from itertools import pairwise
from typing import Any, TypeVar

import msgpack
import pytest

from actors.games.catalogue import BOARD_GAMES, STEP_GAMES
from actors.games.crash import reached_at
from persistence.ledgers import Ledgers
from protocol.errors import Code, Refusal
from protocol.games.steps import STEP_MS_MAX
from protocol.ids import PlayerId, TableId
from protocol.replies import PlayedRound, RoundsPage
from protocol.requests import LastRounds, RotateSeeds, Sit
from server.queries import LedgerQueries
from server.replay import Replay
from tests.support.blackjack_table import act, finish, until
from tests.support.blackjack_table import seated as blackjack_table
from tests.support.casino import ANN, ASSETS, BEN, ROUND_MS, RULES, TABLE, Casino
from tests.support.flights import Flights
from tests.support.layouts import SPOTS
from tests.support.turns import Turns

FUNDS = 100_000
T = TypeVar("T")


def now(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def queries_of(casino: Casino) -> LedgerQueries:
    return LedgerQueries(Ledgers.one(casino.ledger), ASSETS)


def page_of(casino: Casino, player: PlayerId = ANN, **fields: Any) -> RoundsPage:
    request = LastRounds(id=casino.new_id(), asset="PLAY", **fields)
    page = now(queries_of(casino).last_rounds(player, request))
    assert isinstance(page, RoundsPage)
    return page


def replayed(casino: Casino, round_id: str) -> Replay:
    found = now(queries_of(casino).replay(round_id))
    assert isinstance(found, Replay), found
    return found


def opened(game: str = "roulette") -> Casino:
    rules = {**RULES, "game": game, "variant": BOARD_GAMES[game].variants[0]}
    casino = Casino(rules=rules)
    for player in (ANN, BEN):
        casino.open(player, FUNDS)
        casino.asks(player, Sit(id=casino.new_id(), table=TABLE))
    return casino


def rotate(casino: Casino) -> None:
    casino.asks(ANN, RotateSeeds(id=casino.new_id(), client_seed="another"))


def assert_chained(rounds: tuple[PlayedRound, ...]) -> None:
    """What one round left is what the next one began with, and each paid what it says."""
    for played in rounds:
        assert played.posted_after == played.posted_before - played.stake + played.payout
    for later, earlier in pairwise(rounds):
        assert later.posted_before == earlier.posted_after


# --- a player's last rounds ---


def test_a_bet_of_one_draw_has_its_funds_before_and_after() -> None:
    casino = opened()
    settled = casino.asks(ANN, casino.dice(100))
    [played] = page_of(casino).rounds

    assert (played.game, played.rules, played.table, played.round) == ("dice", 1, None, None)
    assert (played.available_before, played.held_before) == (FUNDS, 0)
    assert (played.available_after, played.held_after) == (settled["available"], settled["held"])
    assert (played.posted_before, played.posted_after) == (FUNDS, settled["available"])
    assert played.outcome == {"roll": settled["roll"]}
    assert list(played.phases) == ["placed", "settled"]


@pytest.mark.parametrize("game", sorted(BOARD_GAMES))
def test_a_bet_at_a_table_has_every_phase_of_its_round(game: str) -> None:
    casino = opened(game)
    began = casino.now_ms
    casino.asks(ANN, casino.table_bet((SPOTS[game][0], 50)))
    casino.wait(ROUND_MS)
    [played] = page_of(casino).rounds

    assert list(played.phases) == ["opened", "placed", "drawn", "settled"]
    times = list(played.phases_at_ms)
    assert times == sorted(times)
    assert times[0] >= began - 1
    assert (times[2] - times[0], times[3] - times[2]) == (11_000, 2_000)
    assert (played.table, played.round) == (TABLE, 1)
    assert (played.available_before, played.held_before) == (FUNDS, 0)
    assert (played.available_after, played.held_after) == (FUNDS - 50, 50)
    assert played.posted_before == FUNDS
    assert_chained((played,))


@pytest.mark.parametrize("game", sorted(STEP_GAMES))
def test_a_game_of_several_steps_has_a_phase_for_each(game: str) -> None:
    casino = opened()
    said = Turns(casino, game, 1).played()
    [played] = page_of(casino).rounds

    assert len(played.steps) == len(said) - 1
    assert list(played.phases) == ["placed", *(str(step[0]) for step in played.steps), "settled"]
    assert (played.payout, played.outcome != {}) == (said[-1][1]["payout"], True)
    assert_chained((played,))


def test_pages_follow_each_other_and_leave_nothing_out() -> None:
    casino = opened()
    for number in range(7):
        casino.asks(ANN, casino.dice(100 + number))
        casino.move(ANN, 10)
    first = page_of(casino, limit=3)
    second = page_of(casino, limit=3, before=first.next)
    third = page_of(casino, limit=3, before=second.next)

    stakes = [[played.stake for played in page.rounds] for page in (first, second, third)]
    assert stakes == [[106, 105, 104], [103, 102, 101], [100]]
    assert third.next is None
    assert len(page_of(casino, limit=20).rounds) == 7


def test_rounds_of_many_games_make_one_chain_of_funds() -> None:
    casino = opened()
    casino.asks(ANN, casino.dice(100))
    Turns(casino, "mines", 1).played()
    casino.asks(ANN, casino.bet(50))
    casino.wait(ROUND_MS)
    casino.asks(ANN, casino.dice(20))

    rounds = page_of(casino).rounds
    assert [played.game for played in rounds] == ["dice", "roulette", "mines", "dice"]
    assert_chained(rounds)


def test_what_was_not_played_to_its_end_is_no_round_and_nobody_sees_anothers() -> None:
    casino = opened()
    Turns(casino, "mines", 1).played(until=0)
    casino.asks(ANN, casino.bet(50))
    casino.asks(ANN, casino.undo())

    assert page_of(casino).rounds == ()
    assert page_of(casino, BEN).rounds == ()
    casino.wait(STEP_MS_MAX)
    assert [played.steps for played in page_of(casino).rounds] == [(("late",),)]


def test_an_asset_that_there_is_not_is_refused() -> None:
    casino = opened()
    found = now(queries_of(casino).last_rounds(ANN, LastRounds(id=casino.new_id(), asset="GOLD")))

    assert found == Refusal(Code.UNKNOWN_ASSET, {"asset": "GOLD"})


# --- replay ---


@pytest.mark.parametrize("game", sorted(BOARD_GAMES))
def test_a_round_at_a_table_is_played_again_with_all_its_bets(game: str) -> None:
    casino = opened(game)
    for player in (ANN, BEN):
        casino.asks(player, casino.table_bet((SPOTS[game][0], 50), (SPOTS[game][3], 20)))
    casino.asks(BEN, casino.table_bet((SPOTS[game][1], 10)))
    casino.asks(BEN, casino.undo())
    casino.wait(ROUND_MS)
    replay = replayed(casino, f"{TABLE}:1")

    verdicts = sorted((bet.verdict, bet.as_json()["player"]) for bet in replay.bets)
    assert verdicts == [("agrees", ANN), ("agrees", BEN), ("returned", BEN)]
    assert not replay.differs
    assert replay.as_json()["ok"] is True
    for bet in replay.bets:
        if bet.verdict == "agrees":
            assert bet.played.posted_before == FUNDS


def test_a_round_of_blackjack_is_played_again_with_what_was_put_down_in_it() -> None:
    casino = blackjack_table()
    view = until(casino, lambda one: "double" in one.actions, (ANN, "box1", 100), (BEN, "box1", 40))
    casino.asks(ANN, act(casino, "double"))
    finish(casino)
    replay = replayed(casino, f"{TABLE}:{view.round}")

    assert sorted((bet.verdict, bet.played.stake) for bet in replay.bets) == [
        ("agrees", stake) for stake in (40, 100, 100)
    ]
    steps = replay.bets[0].played.outcome["steps"]
    assert [steps[0][0], *steps[-1][:2]] == ["deal", "double", 1]
    key = next(key for key, row in casino.ledger.tables.bets.items() if row.stake == 40 and row.round == view.round)
    row = casino.ledger.tables.bets[key]
    casino.ledger.tables.bets[key] = row._replace(payout=(row.payout or 0) + 1)
    changed = replayed(casino, f"{TABLE}:{view.round}")
    assert {(bet.verdict, bet.played.stake) for bet in changed.bets} == {("agrees", 100), ("differs", 40)}


@pytest.mark.parametrize("game", sorted(STEP_GAMES))
def test_a_game_that_one_plays_alone_is_played_again_once_its_seed_is_revealed(game: str) -> None:
    casino = opened()
    bet = Turns(casino, game, 2).played()[0][1]["bet"]

    assert [one.verdict for one in replayed(casino, bet.hex()).bets] == ["secret"]
    rotate(casino)
    [one] = replayed(casino, bet.hex()).bets
    assert one.verdict == "agrees"
    assert one.as_json()["steps"] == one.played.steps


def test_a_flight_is_recalled_with_the_cash_outs_of_the_player_alone_and_played_again() -> None:
    casino = Flights()
    anns, bens = casino.crash_bet(300), casino.crash_bet(100, 150)
    bust = casino.fly((ANN, anns), (BEN, bens), low=200, high=500)
    launched = casino.now_ms
    casino.wait(5_000)
    told = casino.asks(ANN, casino.cashout(anns))
    casino.land(bust, 5_000)
    ann, ben = page_of(casino).rounds[0], page_of(casino, BEN).rounds[0]

    assert ann.outcome == ben.outcome == {"bust": bust}
    assert list(ann.phases) == ["opened", "placed", "launched", "cashed_out", "drawn", "settled"]
    assert list(ann.phases_at_ms)[2:] == [launched, launched + 5_000, *[launched + reached_at(bust)] * 2]
    assert list(ben.phases) == ["opened", "placed", "launched", "drawn", "settled"]
    assert (ann.params["cashed_out"], ann.payout) == (134, told["payout"])
    assert "cashed_out" not in ben.params
    for one in (ann, ben):
        assert one.posted_after == one.posted_before - one.stake + one.payout
    replay = replayed(casino, f"{TABLE}:{casino.number - 1}")
    assert [bet.verdict for bet in replay.bets] == ["agrees", "agrees"]
    assert replay.as_json()["game"] == "crash"


def test_a_cash_out_that_was_changed_comes_out_otherwise() -> None:
    casino = Flights()
    bet = casino.crash_bet(300)
    bust = casino.fly((ANN, bet), low=200, high=500)
    casino.wait(5_000)
    casino.asks(ANN, casino.cashout(bet))
    casino.land(bust, 5_000)
    key, number = (TableId(TABLE), casino.number - 1), casino.number - 1
    row = casino.ledger.tables.rounds[key]
    outcome = msgpack.unpackb(row.outcome or b"")
    outcome["cash_outs"][0][1] += 1
    casino.ledger.tables.rounds[key] = row._replace(outcome=msgpack.packb(outcome))
    [one] = replayed(casino, f"{TABLE}:{number}").bets

    assert one.verdict == "differs"
    assert [check["name"] for check in one.as_json()["failed"]] == ["payout"]


def test_an_open_round_is_shown_as_far_as_it_went() -> None:
    casino = opened()
    casino.asks(ANN, casino.bet(50))
    [bet] = replayed(casino, f"{TABLE}:1").bets

    assert (bet.verdict, bet.played.outcome, bet.played.payout) == ("open", {}, 0)
    assert list(bet.played.phases) == ["opened", "placed"]


@pytest.mark.parametrize("change", [{"payout": 7_777}, {"params": msgpack.packb({"wagers": [["red", 51]]})}])
def test_a_record_that_was_changed_comes_out_otherwise(change: dict[str, Any]) -> None:
    casino = opened()
    casino.asks(ANN, casino.bet(50))
    casino.wait(ROUND_MS)
    [(key, row)] = casino.ledger.tables.bets.items()
    casino.ledger.tables.bets[key] = row._replace(**change)
    replay = replayed(casino, f"{TABLE}:1")

    assert replay.differs
    assert replay.as_json()["bets"][0]["failed"]


@pytest.mark.parametrize("round_id", ["", "nothing", f"{TABLE}:2", "nowhere:1", "00" * 16, "xyz:", ":1"])
def test_what_was_never_played_is_not_found(round_id: str) -> None:
    casino = opened()
    casino.asks(ANN, casino.bet(50))
    found = now(queries_of(casino).replay(round_id))

    assert isinstance(found, Refusal)
    assert found.code is Code.UNKNOWN_BET


def test_transfers_are_found_behind_many_that_came_later() -> None:
    casino = opened()
    bet = casino.dice(100)
    casino.asks(ANN, bet)
    for _ in range(250):
        casino.move(ANN, 1)
    [one] = replayed(casino, bet.id.hex()).bets

    assert (one.played.posted_before, one.played.posted_after) == (FUNDS, one.played.available_after)
