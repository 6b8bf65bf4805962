"""What games cost beside dice, and tables that nobody is at: small runs of the real thing, in this process."""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from actors.games.catalogue import INSTANT_GAMES, STEP_GAMES, TABLE_GAMES
from protocol.codec import decode, encode_map
from protocol.dialects import client_dialect
from protocol.games.slots import MACHINES
from server.bench.child import DidNotWork
from server.bench.crowd import new_id
from server.bench.games import floor, turns
from server.bench.games.figures import GAME_FIGURES, GAME_RATIOS
from server.bench.games.floor import Floor, lineup
from server.bench.games.tables import SETTINGS, measure, sittings_at
from server.bench.games.wagers import DICE, GAMES, PLAYED
from server.bench.ground import Ground
from server.bench.plan import Plan

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


class Bots:
    """Instead of a server and its bots: reports as they would be, and processor time that goes on by itself."""

    def __init__(self, errors: Mapping[str, int]) -> None:
        self.games: list[str] = []
        self._errors = errors
        self._seconds = count(1.0, 0.5)

    def play(self, folder: Path, server: Any, game: str, players: int, seconds: float) -> dict[str, Any]:
        self.games.append(game)
        return {"turns": 1_000 * len(self.games), "seconds": 2.0, "errors": self._errors}

    def cpu_seconds(self, pid: int) -> dict[str, float]:
        return {"server": next(self._seconds)}

    @contextmanager
    def served(self, folder: Path) -> Iterator[Any]:
        yield SimpleNamespace(child=SimpleNamespace(pid=1))

    def measure(self, monkeypatch: pytest.MonkeyPatch, scratch: Path) -> Mapping[str, float]:
        for name in ("play", "cpu_seconds", "served"):
            monkeypatch.setattr(floor, name, getattr(self, name))
        return Floor().run(Ground(Plan.quick(1.0), scratch))


def test_answered_requests_are_counted_and_dice_is_the_mean_of_its_three_times(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bots = Bots({})

    values = bots.measure(monkeypatch, tmp_path)

    assert bots.games == [DICE, *lineup()]
    assert set(values) == {figure.key for figure in GAME_FIGURES if figure.bench == "floor"}
    at = [number for number, game in enumerate(bots.games, 1) if game == DICE][1:]
    assert values["floor_dice_rate"] == pytest.approx(sum(1_000 * number / 2.0 for number in at) / 3)
    assert values["floor_dice_cpu"] == pytest.approx(sum(500_000 / (1_000 * number) for number in at) / 3)


def test_refused_bets_are_no_measurement(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(DidNotWork, match=r"dice was refused: \{'5001': 2\}"):
        Bots({"5001": 2}).measure(monkeypatch, tmp_path)


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
