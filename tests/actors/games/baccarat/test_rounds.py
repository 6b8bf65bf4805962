"""Baccarat at a table: what is paid, refused, shown and kept."""

from typing import Any

import pytest

from actors.fairness.verify import NotAWager
from actors.games.baccarat import FULL, Baccarat, layout_of
from actors.games.interface import Limits
from protocol.codec import encode
from protocol.errors import Code
from protocol.games.baccarat import BaccaratDealt, BaccaratSettled, BaccaratSnapshot
from tests.support.board import ANN, BEN, PlayedTable, bet_id, seed_of

GAME = Baccarat()


@pytest.fixture
def table() -> PlayedTable:
    table = PlayedTable(GAME, layout_of("eight_decks"))
    table.advance()
    return table


def outcome_of(table: PlayedTable) -> Any:
    assert table.state.round.outcome is not None
    return table.state.round.outcome


def test_everyone_is_told_the_hands_and_who_won(table: PlayedTable) -> None:
    table.bet(ANN, ("player", 10))
    table.bet(BEN, ("banker", 100), entropy="words")
    payouts = table.finish()
    dealt, settled = table.told[-2:]

    assert isinstance(dealt, BaccaratDealt)
    assert isinstance(settled, BaccaratSettled)
    assert dealt.winner == settled.winner
    expected = {"player": (20, 0), "banker": (0, 195), "tie": (10, 100)}[dealt.winner]
    assert payouts == {bet_id(1): expected[0], bet_id(2): expected[1]}
    assert list(dealt.player) == outcome_of(table)["player"]
    assert list(dealt.burned) == outcome_of(table)["burned"]
    assert (dealt.server_seed, settled.staked, settled.paid) == (seed_of(1), 110, sum(expected))
    assert all(encode(message) for message in table.told if message is not None)


def test_a_snapshot_shows_hands_and_shoe_only_after_the_deal(table: PlayedTable) -> None:
    table.bet(ANN, ("tie", 10))
    view = table.seen(ANN)
    assert isinstance(view, BaccaratSnapshot)
    assert (view.player, view.banker, view.winner, view.burned, view.history) == (None, None, None, (), ())
    assert (view.shoe, view.left, view.road, view.mine) == (1, FULL, (), ((bet_id(1), "tie", 10),))
    table.advance()
    table.advance()
    view = table.seen()
    assert (view.phase, list(view.player), view.left, view.history) == (
        "spinning", outcome_of(table)["player"], FULL, ()
    )  # fmt: skip
    table.finish()
    cards = sum(map(len, outcome_of(table).values()))
    assert sum(map(int, table.seen().left)) == 416 - cards
    assert len(table.seen().history) == len(table.seen().road) == 1
    assert encode(table.seen())


def test_bets_can_be_undone_and_cleared_while_betting_is_open(table: PlayedTable) -> None:
    table.bet(ANN, ("player", 10))
    table.bet(ANN, ("player_pair", 10))
    table.bet(BEN, ("banker", 10))
    assert table.undo(ANN) is None
    assert table.seen().spots == {"player": 10, "banker": 10}
    assert table.clear(ANN) is None
    assert table.clear(ANN) is Code.NOTHING_TO_UNDO
    assert table.clear(BEN) is None
    assert set(table.state.liability) == {0}
    table.advance()
    assert table.undo(BEN) is Code.BETTING_CLOSED
    assert table.bet(BEN, ("tie", 10)) is Code.BETTING_CLOSED


@pytest.mark.parametrize(
    ("wagers", "code"),
    [
        ([("banker", 4)], Code.BET_BELOW_MINIMUM),
        ([("banker", 101)], Code.BET_ABOVE_MAXIMUM),
        ([("banker", 60), ("banker", 60)], Code.BET_ABOVE_MAXIMUM),
        ([("banker", 100), ("player", 100), ("tie", 51)], Code.TABLE_LIMIT),
        ([("dealer", 5)], Code.INVALID_BET),
        ([], Code.INVALID_BET),
        ([("player_pair", 91)], Code.EXPOSURE_LIMIT),
    ],
)
def test_a_bet_outside_the_limits_is_refused(wagers: list[tuple[str, int]], code: Code) -> None:
    table = PlayedTable(GAME, layout_of("eight_decks"), Limits(5, 100, 250, 1_000))
    table.advance()
    assert table.bet(ANN, *wagers) is code
    assert table.bet(ANN, ("player_pair", 90)) is None


def test_exposure_is_the_worst_case_of_all_bets_together() -> None:
    table = PlayedTable(GAME, layout_of("eight_decks"), Limits(1, 1_000, 5_000, 1_195))
    table.advance()
    assert table.bet(ANN, ("banker", 100)) is None
    assert max(table.state.liability) == 95
    assert table.bet(BEN, ("banker_pair", 100)) is None
    assert max(table.state.liability) == 95 + 1_100
    # A tie is paid where the banker's win is not.
    assert table.bet(BEN, ("tie", 11)) is None
    assert table.bet(BEN, ("tie", 1)) is Code.EXPOSURE_LIMIT


def test_a_table_is_the_same_after_a_dump_and_after_a_replay(table: PlayedTable) -> None:
    for _ in range(3):
        table.bet(ANN, ("player", 10))
        table.finish()
        table.advance()
    table.bet(BEN, ("tie", 10))
    loaded = GAME.load(table.rules, GAME.dump(table.state))

    assert GAME.dump(loaded) == GAME.dump(table.state) == GAME.dump(table.replayed())
    assert loaded.liability == table.state.liability == table.replayed().liability
    endless = PlayedTable(GAME, layout_of("infinite"))
    endless.state, endless.now = GAME.load(endless.rules, GAME.dump(table.state)), 10**9
    later = PlayedTable(GAME, layout_of("eight_decks"))
    later.state, later.now = loaded, 10**9
    assert later.finish() == endless.finish() == table.finish()
    assert outcome_of(later) == outcome_of(endless) == outcome_of(table)
    endless.advance()
    assert (endless.state.rules.variant, endless.state.carried, endless.state.history) == ("infinite", {}, ())


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"variant": "six_decks"}, "variant"),
        ({"variant": "infinite", "wagers": [["red", 1]]}, "wagers"),
        ({"variant": "infinite", "wagers": [["tie", 2]]}, "stake"),
        ({"variant": "eight_decks", "wagers": [["tie", 1]]}, "shoe"),
        ({"variant": "eight_decks", "shoe": 1, "left": "8", "wagers": [["tie", 1]]}, "left"),
    ],
)
def test_what_is_no_wager_is_not_recomputed(params: dict[str, Any], field: str) -> None:
    with pytest.raises(NotAWager) as caught:
        GAME.recompute("server", "client", 1, params=params, stake=1)
    assert caught.value.field == field


def test_a_table_of_endless_decks_has_no_shoe() -> None:
    table = PlayedTable(GAME, layout_of("infinite"))
    table.advance()
    table.bet(ANN, ("tie", 10))
    (bet,) = GAME.bets(table.state).values()
    params = GAME.params(table.state, bet)
    table.finish()

    assert set(params) == {"variant", "wagers", "entropy"}
    assert (table.seen().shoe, table.seen().left, outcome_of(table)["burned"]) == (0, "", [])
