"""What a table costs that nobody plays at any more: its memory, with the history of its rounds, and its snapshot."""

import gc
import tracemalloc
from typing import Any

import pytest

from actors.games.catalogue import BOARD_GAMES, TABLE_GAMES
from actors.table.memory import Memory, dump_memory, load_memory
from actors.table.table import Table
from protocol.requests import Leave, Sit
from tests.support.casino import ANN, BEN, PLAY, ROUND_MS, RULES, TABLE, Casino
from tests.support.flights import LAUNCH_MS, SEAT, Flights
from tests.support.layouts import SPOTS
from tests.support.proofs import hands

ROUNDS = 25
"""More than a table's history has."""
HISTORY_MIN = 20
TABLES = 50
BYTES_MAX = 20 * 1_024
FUNDS = 1_000_000


def flown() -> Casino:
    casino = Flights()
    for number in range(ROUNDS):
        for player in (ANN, BEN):
            casino.asks(player, casino.crash_bet(10 + number, 120 + number))
        bust = casino.bust()
        casino.wait(LAUNCH_MS)
        casino.land(bust)
    return casino


def dealt(game: str) -> Casino:
    casino = Casino(rules={**RULES, "game": game, "variant": BOARD_GAMES[game].variants[0]})
    for player in (ANN, BEN):
        casino.open(player, FUNDS)
        casino.asks(player, Sit(id=casino.new_id(), table=TABLE))
    for number in range(ROUNDS):
        for player in (ANN, BEN):
            casino.asks(player, casino.table_bet((SPOTS[game][number % 3], 10 + number), (SPOTS[game][4], 10)))
        casino.wait(ROUND_MS)
    return casino


def table_of(casino: Casino) -> Any:
    return casino.host.cells[SEAT].actor


@pytest.mark.parametrize("game", sorted(TABLE_GAMES))
def test_an_idle_table_is_at_most_20_kilobytes(game: str) -> None:
    casino = flown() if game == "crash" else hands(ROUNDS) if game == "blackjack" else dealt(game)
    for player in (ANN, BEN):
        casino.asks(player, Leave(id=casino.new_id(), table=TABLE))
    casino.wait(300_000)
    table = table_of(casino)
    memory: Memory = table._memory
    assert len(memory.game.history) >= HISTORY_MIN
    assert memory.seats == {}
    snapshot = dump_memory(table._game, memory)

    def another() -> Table:
        loaded = load_memory(table._game, table._rules, memory.n, snapshot)
        return Table(table._game, table._rules, loaded, None, PLAY, casino.sealer)

    kept = [another()]
    gc.collect()
    tracemalloc.start()
    kept += [another() for _ in range(TABLES)]
    gc.collect()
    each = tracemalloc.get_traced_memory()[0] // TABLES
    tracemalloc.stop()

    assert 1_000 < each <= BYTES_MAX, f"{game}: {each} bytes"
    assert len(snapshot) <= BYTES_MAX
    assert len(kept) == TABLES + 1
