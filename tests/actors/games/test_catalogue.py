"""The catalogue: every game is found by the name it has, and a table's rules are made of its settings."""

from typing import Any

import pytest

from actors.games.board import Rules
from actors.games.catalogue import INSTANT_GAMES, STEP_GAMES, TABLE_GAMES, VERIFIABLE, table_rules
from actors.games.interface import Limits
from actors.games.rounds import Timing
from protocol.games import GAME_REQUESTS
from server.config.tables import DEFAULT_TABLES, TableSettings

SETTINGS: dict[str, Any] = {
    "id": "high-rollers",
    "game": "roulette",
    "variant": "la_partage",
    "asset": "TON",
    "min_bet": 1,
    "max_bet": 2,
    "max_total": 3,
    "exposure_max": 72,
    "betting_ms": 5,
    "closed_ms": 6,
    "spin_ms": 7,
    "settled_ms": 8,
}


def test_every_game_has_the_name_it_is_found_by() -> None:
    assert {game.name: game for game in INSTANT_GAMES.values()} == dict(INSTANT_GAMES)
    assert {game.name: game for game in STEP_GAMES.values()} == dict(STEP_GAMES)
    assert {game.name: game for game in TABLE_GAMES.values()} == dict(TABLE_GAMES)


def test_every_game_can_be_verified_and_says_whether_it_is_played_at_tables() -> None:
    at_table = {name: game.at_table for name, game in VERIFIABLE.items()}

    assert at_table == dict.fromkeys([*INSTANT_GAMES, *STEP_GAMES], False) | dict.fromkeys(TABLE_GAMES, True)


def test_every_bet_is_a_request_that_clients_may_send() -> None:
    requests = {game.request for game in INSTANT_GAMES.values()} | {game.bet_request for game in TABLE_GAMES.values()}

    requests |= {kind for game in STEP_GAMES.values() for kind in (game.request, *game.steps)}
    assert requests <= set(GAME_REQUESTS)


def test_the_rules_of_a_table_are_its_settings() -> None:
    rules = table_rules(SETTINGS | {"seats_max": 12})

    assert (rules.table, rules.variant, rules.asset, rules.seats_max) == ("high-rollers", "la_partage", "TON", 12)
    assert rules.limits == Limits(min_bet=1, max_bet=2, max_total=3, exposure_max=72)
    assert rules.timing == Timing(betting_ms=5, closed_ms=6, spin_ms=7, settled_ms=8)


def test_a_table_without_a_number_of_seats_has_the_usual_number() -> None:
    assert table_rules(SETTINGS).seats_max == 1_000


def test_a_missing_setting_is_an_error_that_names_it() -> None:
    with pytest.raises(KeyError, match="exposure_max"):
        table_rules({key: value for key, value in SETTINGS.items() if key != "exposure_max"})


@pytest.mark.parametrize(
    "settings", [one for one in DEFAULT_TABLES if one.game in TABLE_GAMES], ids=lambda settings: settings.id
)
def test_the_configured_tables_can_be_played(settings: TableSettings) -> None:
    rules = table_rules(settings.model_dump())
    returns = TABLE_GAMES[settings.game].rtp(rules)

    assert returns
    assert all(0 < rtp < 1 for rtp in returns.values())
    if isinstance(rules, Rules):
        assert returns.keys() == set(rules.layout.kinds.values())
    assert TABLE_GAMES[settings.game].fresh(rules).rules.table == settings.id
