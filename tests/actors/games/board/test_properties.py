"""Random legal and illegal play at tables of every game with a layout: promises that hold whatever is played."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.games.board import BoardGame, paid
from actors.games.catalogue import BOARD_GAMES
from actors.games.interface import Limits
from tests.support.board import ANN, AT, BEN, PlayedTable, seed_of

LIMITS = Limits(min_bet=2, max_bet=300, max_total=900, exposure_max=4_000)
STEPS = st.tuples(
    st.sampled_from(["bet", "bet", "bet", "undo", "clear", "advance"]),
    st.sampled_from([ANN, BEN]),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 310)), min_size=1, max_size=4),
)


def step(table: PlayedTable, what: str, player: Any, picks: list[tuple[int, int]]) -> None:
    spots = [*table.rules.layout.returns, "no such spot"]
    match what:
        case "bet":
            table.bet(player, *((spots[pick % len(spots)], amount) for pick, amount in picks))
        case "undo":
            table.undo(player)
        case "clear":
            table.clear(player)
        case _:
            table.advance()


def keeps_its_promises(table: PlayedTable, game: BoardGame) -> None:
    layout, current = table.rules.layout, table.state.round
    standing = game.bets(table.state).values()
    for case in range(layout.cases):
        costs = sum(max(0, paid(layout, bet.wagers, case) - bet.stake) for bet in standing)
        assert costs == table.state.liability[case] <= LIMITS.exposure_max
    assert current.bets.total == sum(bet.stake for bet in standing)
    if current.phase in ("betting", "closed"):
        seen = (game.dump(table.state), repr(table.seen(ANN)).encode(), repr(table.told).encode())
        assert not any(seed_of(current.number).encode() in one for one in seen)
        assert current.outcome is None


@pytest.mark.parametrize(
    ("name", "variant"), [(game.name, variant) for game in BOARD_GAMES.values() for variant in game.variants]
)
@settings(max_examples=15, deadline=None)
@given(steps=st.lists(STEPS, min_size=5, max_size=40))
def test_a_table_keeps_its_promises_after_every_step(
    name: str, variant: str, steps: list[tuple[str, Any, list[tuple[int, int]]]]
) -> None:
    game = BOARD_GAMES[name]
    table = PlayedTable(game, game.layout({"variant": variant}), LIMITS)
    table.advance()
    for what, player, picks in steps:
        step(table, what, player, picks)
        keeps_its_promises(table, game)
    if table.state.round.phase == "settled":
        table.advance()
    begun = {bet.bet: game.params(table.state, bet) for bet in game.bets(table.state).values()}
    payouts = table.finish()

    settled, binding = table.told[-1], game.binding(table.state)
    assert (settled.staked, settled.paid) == (table.state.round.bets.total, sum(payouts.values()))
    assert settled.paid - settled.staked <= LIMITS.exposure_max
    for bet in game.bets(table.state).values():
        found = game.recompute(
            seed_of(binding.round), binding.client_seed, binding.round, params=begun[bet.bet], stake=bet.stake
        )
        assert found == (table.state.round.outcome, payouts[bet.bet])
    assert game.dump(table.replayed()) == game.dump(table.state)
    assert game.dump(game.load(table.rules, game.dump(table.state))) == game.dump(table.state)
    assert game.view(table.replayed(), ANN, *AT, now=table.now) == table.seen(ANN)
