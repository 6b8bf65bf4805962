"""What is shown: to everyone, to one viewer, and in the lobby."""

from typing import Any

import msgpack
import pytest

from actors.games.board.messages import LISTED_BETS_MAX, LISTED_WINNERS_MAX
from actors.games.interface import BetPlaced, BetsReturned, Event
from protocol.codec import encode
from protocol.games.roulette import (
    RouletteBets,
    RouletteClosed,
    RouletteOpened,
    RouletteSettled,
    RouletteSnapshot,
    RouletteSpun,
)
from protocol.ids import PlayerId
from protocol.model import Message
from tests.actors.games.roulette.oracle import covered
from tests.actors.games.roulette.play import ANN, BEN, EVE, GAME, Table, bet_id, seed_of

AT = ("table:roulette-1", 3, 14)


@pytest.fixture
def table() -> Table:
    table = Table()
    table.open()
    return table


def bulk(table: Table, *events: Event) -> RouletteBets:
    message = GAME.published(
        table.state, tuple(event for event in events if isinstance(event, BetPlaced | BetsReturned)), *AT, now=table.now
    )
    assert isinstance(message, RouletteBets)
    return message


def seen_by(table: Table, viewer: PlayerId | None) -> RouletteSnapshot:
    view = GAME.view(table.state, viewer, *AT, now=table.now)
    assert isinstance(view, RouletteSnapshot)
    return view


def test_each_step_of_a_round_is_told_to_everyone(table: Table) -> None:
    table.bet(ANN, ("red", 5))
    table.bet(BEN, ("black", 7))
    told: list[Message | None] = [GAME.publish(table.state, event, *AT) for event in table.events]
    while table.state.round.phase != "settled":
        (event,) = table.advance()
        told.append(GAME.publish(table.state, event, *AT))

    opened, placed, other, closed, spun, settled = told
    stream: dict[str, Any] = {"stream": AT[0], "epoch": AT[1], "seq": AT[2], "round": 1}
    binding, pocket = GAME.binding(table.state), table.pocket
    assert pocket is not None
    assert opened == RouletteOpened(commitment=binding.commitment, now_ms=1_000, closes_at_ms=16_000, **stream)
    assert placed is other is None
    assert closed == RouletteClosed(now_ms=16_000, client_seed=binding.client_seed, spins_at_ms=17_000, **stream)
    assert spun == RouletteSpun(now_ms=17_000, pocket=pocket, server_seed=seed_of(1), settles_at_ms=22_000, **stream)
    winner = (1, "p1", 10) if pocket in covered("red") else (2, "p2", 14)
    assert settled == RouletteSettled(
        now_ms=22_000, pocket=pocket, staked=12, paid=winner[2], winners=(winner,), opens_at_ms=26_000, **stream
    )


def test_winners_are_the_largest_wins_of_players_all_bets_together(table: Table) -> None:
    for player in range(1, LISTED_WINNERS_MAX + 5):
        wagers = tuple((spot, player) for spot in ("red", "black", "straight:0"))
        table.bet(PlayerId(player), *wagers)
        table.bet(PlayerId(player), *wagers)
    table.finish()

    message = GAME.publish(table.state, table.events[-1], *AT)

    assert isinstance(message, RouletteSettled)
    times = 36 if message.pocket == 0 else 2
    assert message.winners == tuple(
        (player, f"p{player}", 2 * times * player) for player in range(LISTED_WINNERS_MAX + 4, 4, -1)
    )
    assert message.paid == sum(2 * times * player for player in range(1, LISTED_WINNERS_MAX + 5))
    assert message.staked == sum(6 * player for player in range(1, LISTED_WINNERS_MAX + 5))


def test_bets_are_told_in_bulk_summed_by_player_and_spot(table: Table) -> None:
    table.bet(ANN, ("red", 5), ("odd", 1))
    table.bet(BEN, ("red", 2))
    table.bet(ANN, ("red", 5))

    message = bulk(table, *table.events)

    assert message.bets == ((1, "p1", "red", 10), (1, "p1", "odd", 1), (2, "p2", "red", 2))
    assert (message.more, message.total, message.players, message.round) == (0, 13, 2, 1)


def test_bets_that_were_taken_back_are_told_as_negative_amounts(table: Table) -> None:
    table.bet(ANN, ("red", 5))
    table.bet(ANN, ("odd", 1))
    told = len(table.events)
    table.clear(ANN)

    message = bulk(table, *table.events[told:])

    assert message.bets == ((1, "p1", "red", -5), (1, "p1", "odd", -1))
    assert (message.total, message.players) == (0, 0)


def test_what_came_and_went_again_is_not_told(table: Table) -> None:
    table.bet(ANN, ("red", 5))
    table.undo(ANN)

    assert bulk(table, *table.events).bets == ()


def test_a_long_list_of_bets_is_cut_and_the_rest_counted(table: Table) -> None:
    for player in range(1, LISTED_BETS_MAX + 8):
        table.bet(PlayerId(player), ("red", 5))

    message = bulk(table, *table.events)

    assert len(message.bets) == LISTED_BETS_MAX
    assert message.more == 7
    assert message.players == LISTED_BETS_MAX + 7


def test_a_viewer_sees_the_tables_totals_and_only_his_own_bets(table: Table) -> None:
    table.bet(ANN, ("red", 5), ("odd", 1))
    table.bet(BEN, ("red", 2))
    table.now += 100

    ann, spectator = seen_by(table, ANN), seen_by(table, None)

    assert ann.mine == ((bet_id(1), "red", 5), (bet_id(1), "odd", 1))
    assert seen_by(table, BEN).mine == ((bet_id(2), "red", 2),)
    assert seen_by(table, EVE).mine == spectator.mine == ()
    assert ann.spots == spectator.spots == {"red": 7, "odd": 1}
    assert (ann.phase, ann.round, ann.players) == ("betting", 1, 2)
    assert (ann.now_ms, ann.until_ms) == (1_100, 16_000)
    assert (ann.pocket, ann.history) == (None, ())


def test_a_table_that_was_never_played_can_be_seen() -> None:
    view = seen_by(Table(), ANN)

    assert (view.phase, view.round, view.commitment, view.until_ms) == ("waiting", 0, "", 0)
    assert (view.variant, view.asset, view.min_bet, view.max_bet, view.max_total) == (
        "european", "PLAY", 1, 1_000, 5_000,
    )  # fmt: skip


def test_the_pocket_is_seen_when_the_ball_is_thrown_and_in_the_history_when_it_is_paid(table: Table) -> None:
    table.advance()
    assert seen_by(table, None).pocket is None
    table.advance()
    thrown = seen_by(table, None)
    assert (thrown.phase, thrown.pocket, thrown.history) == ("spinning", table.pocket, ())
    table.advance()
    paid = seen_by(table, None)
    assert (paid.phase, paid.pocket, paid.history) == ("settled", table.pocket, (table.pocket,))


def test_the_lobby_shows_when_betting_closes_and_nothing_of_the_ball_that_still_rolls(table: Table) -> None:
    assert GAME.lobby(table.state) == {"phase": "betting", "round": 1, "closes_at_ms": 16_000, "history": ()}
    table.advance()
    table.advance()
    assert GAME.lobby(table.state) == {"phase": "spinning", "round": 1, "closes_at_ms": 0, "history": ()}


def test_messages_go_on_the_wire(table: Table) -> None:
    table.bet(ANN, ("red", 5))

    for message in (bulk(table, *table.events), seen_by(table, ANN), GAME.publish(table.state, table.events[0], *AT)):
        assert message is not None
        assert msgpack.unpackb(encode(message))["t"] == message.t
