"""Sic bo at a table: what is drawn, paid, refused, shown and recorded."""

from typing import Any

import pytest

from actors.fairness.draws import Draws, float_of
from actors.fairness.verify import NotAWager
from actors.games.board import paid
from actors.games.interface import Limits
from actors.games.sicbo import CASES, SicBo, case_of, layout_of, layout_with
from protocol.codec import encode
from protocol.errors import Code
from protocol.games.sicbo import PAY_TABLES, SicBoRolled, SicBoSettled, SicBoSnapshot
from tests.support.board import ANN, BEN, PlayedTable, bet_id, seed_of

GAME = SicBo()
CUSTOM = PAY_TABLES["macau"] | {"triple": 200}


@pytest.fixture
def table() -> PlayedTable:
    table = PlayedTable(GAME, layout_of("atlantic_city"))
    table.advance()
    return table


def dice_of(table: PlayedTable) -> Any:
    assert table.state.round.outcome is not None
    return table.state.round.outcome["dice"]


def test_each_die_is_the_floor_of_six_times_the_next_float() -> None:
    layout = layout_of("macau")
    for nonce in range(200):
        floats = [float_of(draws.u32()) for draws in [Draws("server", "client", nonce)] for _ in range(3)]
        assert GAME.draw(layout, {}, "server", "client", nonce) == {"dice": [int(one * 6) + 1 for one in floats]}


def test_every_throw_comes() -> None:
    layout = layout_of("macau")
    drawn = {case_of(GAME.draw(layout, {}, "server", "client", nonce)["dice"]) for nonce in range(3_000)}
    assert drawn == set(range(len(CASES)))


def test_bets_are_paid_by_the_dice_and_everyone_is_told(table: PlayedTable) -> None:
    assert table.bet(ANN, ("small", 10), ("single:3", 5)) is None
    assert table.bet(BEN, *((f"double:{face}", 1) for face in range(1, 7)), entropy="words") is None
    payouts = table.finish()

    layout, dice = layout_of("atlantic_city"), dice_of(table)
    assert payouts == {
        bet_id(1): paid(layout, [("small", 10), ("single:3", 5)], case_of(dice)),
        bet_id(2): paid(layout, [(f"double:{face}", 1) for face in range(1, 7)], case_of(dice)),
    }
    rolled, settled = table.told[-2:]
    assert isinstance(rolled, SicBoRolled)
    assert isinstance(settled, SicBoSettled)
    assert rolled.dice == settled.dice == tuple(dice)
    assert (rolled.server_seed, settled.staked, settled.paid) == (seed_of(1), 21, sum(payouts.values()))
    assert all(encode(message) for message in table.told if message is not None)


def test_a_recorded_bet_is_recomputed_as_it_was_paid(table: PlayedTable) -> None:
    table.bet(ANN, ("big", 10), ("total:9", 5))
    (bet,) = table.game.bets(table.state).values()
    params = GAME.params(table.state, bet)
    payouts = table.finish()
    binding = GAME.binding(table.state)

    found = GAME.recompute(seed_of(1), binding.client_seed, binding.round, params=params, stake=15)

    assert found == (table.state.round.outcome, payouts[bet.bet])


def test_a_table_with_a_pay_table_of_its_own_records_it_with_each_bet() -> None:
    table = PlayedTable(GAME, layout_with("custom", CUSTOM))
    table.advance()
    table.bet(ANN, ("any_triple", 10))
    (bet,) = table.game.bets(table.state).values()
    params = GAME.params(table.state, bet)

    assert params["pays"] == CUSTOM
    assert GAME.layout(params).returns["triple:1"][0] == (201, 1)
    assert table.seen().pays == CUSTOM


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"variant": "reno", "wagers": [["small", 1]]}, "variant"),
        ({"variant": "macau", "wagers": [["straight:1", 1]]}, "wagers"),
        ({"variant": "macau", "wagers": [["small", 0]]}, "wagers"),
        ({"variant": "macau", "wagers": [["small", 2]]}, "stake"),
        ({"variant": "custom", "wagers": [["small", 1]]}, "pays"),
        ({"variant": "custom", "pays": CUSTOM | {"triple": -1}, "wagers": [["small", 1]]}, "pays"),
        ({"variant": "custom", "pays": CUSTOM | {"royal": 1}, "wagers": [["small", 1]]}, "pays"),
        ({"variant": "macau"}, "wagers"),
    ],
)
def test_what_is_no_wager_is_not_recomputed(params: dict[str, Any], field: str) -> None:
    with pytest.raises(NotAWager) as caught:
        GAME.recompute("server", "client", 1, params=params, stake=1)
    assert caught.value.field == field


def test_bets_can_be_undone_and_cleared_while_betting_is_open(table: PlayedTable) -> None:
    table.bet(ANN, ("small", 10))
    table.bet(ANN, ("triple:1", 10))
    table.bet(BEN, ("odd", 10))
    assert table.undo(ANN) is None
    assert table.seen().spots == {"small": 10, "odd": 10}
    assert table.clear(ANN) is None
    assert table.clear(ANN) is Code.NOTHING_TO_UNDO
    table.advance()
    assert table.undo(BEN) is Code.BETTING_CLOSED
    assert table.bet(BEN, ("odd", 10)) is Code.BETTING_CLOSED
    assert list(table.finish()) == [bet_id(3)]


def test_taking_all_bets_back_leaves_nothing_at_risk(table: PlayedTable) -> None:
    table.bet(ANN, ("small", 10), ("any_triple", 3))
    table.bet(ANN, ("combo:1-2", 10))
    assert max(table.state.liability) > 0
    table.clear(ANN)
    assert set(table.state.liability) == {0}


@pytest.mark.parametrize(
    ("wagers", "code"),
    [
        ([("small", 4)], Code.BET_BELOW_MINIMUM),
        ([("small", 101)], Code.BET_ABOVE_MAXIMUM),
        ([("small", 60), ("small", 60)], Code.BET_ABOVE_MAXIMUM),
        ([("small", 100), ("big", 100), ("odd", 51)], Code.TABLE_LIMIT),
        ([("straight:7", 5)], Code.INVALID_BET),
        ([("total:3", 5)], Code.INVALID_BET),
        ([("combo:2-1", 5)], Code.INVALID_BET),
        ([], Code.INVALID_BET),
        ([("small", 5)] * 33, Code.INVALID_BET),
        ([("triple:6", 6)], Code.EXPOSURE_LIMIT),
    ],
)
def test_a_bet_outside_the_limits_is_refused(wagers: list[tuple[str, int]], code: Code) -> None:
    table = PlayedTable(GAME, layout_of("atlantic_city"), Limits(5, 100, 250, 1_000))
    table.advance()
    assert table.bet(ANN, *wagers) is code
    assert table.bet(ANN, ("triple:6", 5)) is None


def test_exposure_is_the_worst_throw_of_all_bets_together(table: PlayedTable) -> None:
    limited = PlayedTable(GAME, layout_of("atlantic_city"), Limits(1, 1_000, 5_000, 1_800 + 300))
    limited.advance()
    assert limited.bet(ANN, ("triple:1", 10)) is None
    assert max(limited.state.liability) == 1_800
    assert limited.bet(BEN, ("any_triple", 11)) is Code.EXPOSURE_LIMIT
    assert limited.bet(BEN, ("any_triple", 10)) is None
    assert max(limited.state.liability) == 2_100
    # It cannot come together with three ones.
    assert limited.bet(BEN, ("small", 700)) is None


def test_a_table_is_the_same_after_a_dump_and_after_a_replay(table: PlayedTable) -> None:
    table.bet(ANN, ("small", 10))
    table.finish()
    table.advance()
    table.bet(BEN, ("total:4", 10))
    loaded = GAME.load(table.rules, GAME.dump(table.state))

    assert GAME.dump(loaded) == GAME.dump(table.state) == GAME.dump(table.replayed())
    assert loaded.liability == table.state.liability == table.replayed().liability
    later = PlayedTable(GAME, layout_of("macau"))
    later.state, later.now = GAME.load(later.rules, GAME.dump(table.state)), 10**9
    assert later.finish() == table.finish()
    later.advance()
    assert later.state.rules.variant == "macau"


def test_a_table_that_was_loaded_in_the_middle_of_a_round_draws_the_same(table: PlayedTable) -> None:
    table.bet(ANN, ("small", 10))
    later = PlayedTable(GAME, layout_of("atlantic_city"))
    later.state, later.now = GAME.load(table.rules, GAME.dump(table.state)), 10**9
    assert later.finish() == table.finish()
    assert dice_of(later) == dice_of(table)


def test_a_snapshot_shows_the_dice_only_when_they_are_thrown(table: PlayedTable) -> None:
    table.bet(ANN, ("small", 10))
    view = table.seen(ANN)
    assert isinstance(view, SicBoSnapshot)
    assert (view.dice, view.history, view.mine) == (None, (), ((bet_id(1), "small", 10),))
    assert view.pays == PAY_TABLES["atlantic_city"]
    assert table.seen(BEN).mine == ()
    table.advance()
    table.advance()
    assert (table.seen().phase, table.seen().dice, table.seen().history) == ("spinning", tuple(dice_of(table)), ())
    table.finish()
    assert table.seen().history == (tuple(dice_of(table)),)
