"""What games cost beside dice, and tables that nobody is at: small runs of the real thing, in this process."""

import random

import pytest

from actors.games.catalogue import INSTANT_GAMES, STEP_GAMES, TABLE_GAMES
from protocol.codec import decode, encode_map
from protocol.dialects import client_dialect
from protocol.games.slots import MACHINES
from server.bench.crowd import new_id
from server.bench.games import turns
from server.bench.games.figures import GAME_FIGURES, GAME_RATIOS
from server.bench.games.floor import lineup
from server.bench.games.tables import SETTINGS, measure, sittings_at
from server.bench.games.wagers import DICE, GAMES, PLAYED

DIALECT = client_dialect()


def test_every_instant_game_is_measured_and_every_machine_of_slots() -> None:
    assert set(GAMES) == {*INSTANT_GAMES, *STEP_GAMES}
    assert {f"slots_{name}" for name in MACHINES} <= set(PLAYED)
    assert all((played.then is not None) == (played.game in STEP_GAMES) for played in PLAYED.values())


def test_every_game_but_dice_is_held_against_dice_with_and_without_sockets() -> None:
    compared = {ratio.over for ratio in GAME_RATIOS}

    assert compared == {
        *(f"turns_{line}" for line in PLAYED if line != DICE),
        *(f"floor_{game}_rate" for game in GAMES if game != DICE),
    }
    assert all(ratio.goal is not None and ratio.goal.met(0.8) and not ratio.goal.met(0.79) for ratio in GAME_RATIOS)


def test_dice_is_played_before_between_and_after_the_others() -> None:
    games = lineup()

    assert [at for at, game in enumerate(games) if game == DICE] == [0, len(games) // 2, len(games) - 1]
    assert set(games) == set(GAMES)
    assert len(games) == len(GAMES) + 2


@pytest.mark.parametrize("line", PLAYED)
def test_whatever_is_bet_is_a_request_of_the_game(line: str) -> None:
    chance, played = random.Random(7).random, PLAYED[line]
    for _ in range(50):
        fields = {"t": played.bet, "asset": "PLAY", "amount": 100, **played.first(chance), "id": new_id()}

        assert DIALECT.parse(decode(encode_map(fields))).t == f"{played.game}.bet"


async def test_a_round_of_every_game_gives_a_speed_for_each_of_its_figures() -> None:
    measured = await turns.measure(players=3, rounds=4)

    assert set(measured) == {figure.key for figure in GAME_FIGURES if figure.bench == "turns"}
    assert all(10 < speed < 10_000_000 for speed in measured.values())


async def test_players_of_games_of_steps_play_them_to_their_end_and_begin_others() -> None:
    room = turns.Room(players=2, seed=3)
    await room.start()
    begun = {line: set[bytes]() for line, played in PLAYED.items() if played.then is not None}
    try:
        for _ in range(30):
            for line, bets in begun.items():
                assert await room.round(line) > 0
                bets.update(room.open_games(line))
    finally:
        await room.stop()

    assert all(len(bets) > 3 for bets in begun.values())


@pytest.mark.parametrize("game", TABLE_GAMES)
async def test_a_table_that_was_played_at_comes_to_rest_and_has_a_size(game: str) -> None:
    found = await measure(game, tables=2, warm_up=1)

    assert set(found) == {"bytes", "snapshot"}
    assert 100 < found["snapshot"] < 20 * 1024
    assert set(SETTINGS) == set(TABLE_GAMES)


def test_a_table_with_a_longer_history_is_sat_at_more_often() -> None:
    assert sittings_at("roulette") == 1
    assert sittings_at("baccarat") == 6
