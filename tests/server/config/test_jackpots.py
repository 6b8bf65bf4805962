"""A jackpot is accepted when its pools can be fed, paid and told from those of every other."""

from typing import Any

import pytest
from pydantic import ValidationError

from server.config import Config
from server.play import configured_jackpots

LEVEL = {"name": "mini", "share": 1_000, "every": 10_000, "seed": 100, "cap": 1_000}
POT = {"name": "pot", "number": 1, "asset": "PLAY", "games": ["slots"], "levels": [LEVEL]}


def config(*jackpots: dict[str, Any]) -> Config:
    return Config.model_validate({"jackpots": [*jackpots]})


def test_one_over_the_slots_with_three_levels_is_there_by_default_where_its_asset_is() -> None:
    [plan] = configured_jackpots(Config())
    assert (plan.games, [level.name for level in plan.levels]) == (("slots",), ["mini", "major", "grand"])

    without = {"assets": [{"code": "RUB", "number": 5, "scale": 2}], "tables": [], "instant": []}
    assert configured_jackpots(Config.model_validate(without)) == []
    assert configured_jackpots(config()) == []


def test_what_is_configured_is_what_is_played() -> None:
    [plan] = configured_jackpots(config({**POT, "games": ["dice", "roulette"]}))

    assert plan.recorded == {"name": "pot", "levels": [["mini", 1_000, 10_000]]}
    assert (plan.levels[0].seed, plan.levels[0].cap) == (100, 1_000)


@pytest.mark.parametrize(
    "jackpots",
    [
        [{**POT, "asset": "EUR"}],
        [{**POT, "games": ["whist"]}],
        [{**POT, "games": []}],
        [{**POT, "levels": []}],
        [{**POT, "levels": [LEVEL, LEVEL]}],
        [{**POT, "levels": [{**LEVEL, "name": f"level-{number}"} for number in range(5)]}],
        [{**POT, "levels": [{**LEVEL, "seed": 1_001}]}],
        [{**POT, "levels": [{**LEVEL, "every": 0}]}],
        [{**POT, "levels": [{**LEVEL, "share": -1}]}],
        [{**POT, "levels": [{**LEVEL, "share": 400_000}, {**LEVEL, "name": "b", "share": 400_000}]}],
        [{**POT, "name": "Po.t"}],
        [{**POT, "number": 0}],
        [POT, {**POT, "number": 2, "games": ["dice"]}],
        [POT, {**POT, "name": "b", "games": ["dice"]}],
        [POT, {**POT, "name": "b", "number": 2}],
    ],
    ids=[
        "an unknown asset", "an unknown game", "no game", "no level", "two levels of one name", "five levels",
        "a seed above the cap", "won for nothing", "a share below nothing", "shares of more than half", "a bad name",
        "no number", "one name twice", "one number twice", "one game twice",
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(jackpots: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        config(*jackpots)
