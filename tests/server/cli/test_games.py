"""`croupier games`: what is offered is what is configured, and odds are printed exactly."""

import json
from fractions import Fraction
from typing import Any

import pytest

from actors.games.sheets import SAMPLES
from tests.support import commands

UNLISTED = [("slots", {"machine": "aurora"}), *(("blackjack", params) for params in SAMPLES["blackjack"])]
"""With free spins, or splits and doubles, there are too many payouts for a list; their figures are as exact."""


def run(*arguments: str) -> str:
    return commands.run("games", *arguments)


def refused(*arguments: str) -> str:
    return commands.refused("games", *arguments)


def test_the_games_are_listed_with_their_limits() -> None:
    lines = run().splitlines()

    said = [line.split() for line in lines]
    limits = ["MIN", "BET", "MAX", "BET", "MOST", "AT", "RISK"]
    assert said[0] == ["GAME", "TABLE", "VARIANT", "ASSET", *limits, "JACKPOT", "SHARE", "%"]
    assert ["dice", "-", "-", "PLAY", "1", "100,000", "10,000,000", "-", "-"] in said
    assert ["slots", "-", "-", "PLAY", "1", "100,000", "10,000,000", "orchards", "1.0000"] in said
    assert ["roulette", "roulette-2", "american", "PLAY", "10", "50,000", "100,000,000", "-", "-"] in said


def test_what_is_configured_is_what_is_listed(tmp_path: Any) -> None:
    file = tmp_path / "croupier.toml"
    one = '{ game = "keno", asset = "USDT", min_bet = 2, max_bet = 3, max_profit = 4 }'
    file.write_text(f"tables = []\ninstant = [{one}]\n", encoding="utf-8")

    assert json.loads(run("--json", "--config", str(file))) == [
        {
            "game": "keno",
            "table": None,
            "variant": None,
            "asset": "USDT",
            "min_bet": 2,
            "max_bet": 3,
            "exposure_max": 4,
            "jackpot": None,
            "jackpot_share": 0,
        }
    ]


@pytest.mark.parametrize("game", sorted(SAMPLES))
def test_the_odds_as_json_are_exact(game: str) -> None:
    wagers = json.loads(run("rtp", game, "--json"))["wagers"]

    assert len(wagers) == len(SAMPLES[game])
    for wager in wagers:
        assert float(Fraction(wager["exact"]["rtp"])) == wager["rtp"]
        assert float(Fraction(wager["exact"]["variance"])) == pytest.approx(wager["standard_deviation"] ** 2)
        if (game, wager["params"]) in UNLISTED:
            assert wager["payoffs"] is None
            continue
        chances = [(Fraction(one["pays"]), Fraction(one["chance"])) for one in wager["payoffs"]]
        assert sum(chance for _, chance in chances) == 1
        assert sum(pays * chance for pays, chance in chances) == Fraction(wager["exact"]["rtp"])


def test_wagers_can_be_chosen_and_asked_for_by_themselves() -> None:
    assert len(run("rtp", "plinko", "--param", "rows=16").splitlines()) == 5
    assert len(run("rtp", "keno", "--param", "picks=10", "--param", "risk=low").splitlines()) == 2
    assert run("rtp", "limbo", "--param", "target=1234").splitlines()[1].split()[:2] == ["target=1234", "99.0000"]
    under = run("rtp", "dice", "--param", "target=4950", "--param", "over=false").splitlines()[1]
    assert under.split() == ["target=4950", "over=false", "98.9901", "1.0099", "0.9999", "2.02", "2x"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("rtp", "lotto"), "'lotto' is not one of"),
        (("rtp", "dice", "--param", "spot=red"), "dice has no --param spot, but over, target"),
        (("rtp", "dice", "--param", "target"), "KEY=VALUE, not 'target'"),
        (("rtp", "dice", "--param", "target=0", "--param", "over=false"), "dice has no wager with target=0"),
        (("rtp", "wheel", "--param", "segments=11"), "wheel has no wager with segments=11"),
        (("rtp", "slots", "--param", "machine=none"), "slots has no wager with machine=none"),
        (("rtp", "limbo", "--param", "target=low"), "limbo has no wager with target=low"),
        (("rtp", "keno", "--param", "picks=11", "--param", "risk=low"), "keno has no wager with picks=11, risk=low"),
        (("rtp", "roulette", "--param", "variant=european", "--param", "spot=split:1-9"), "spot=split:1-9"),
    ],
)
def test_what_there_is_not_is_named(arguments: tuple[str, ...], said: str) -> None:
    assert said in refused(*arguments)


def test_whole_decks_of_blackjack_are_simulated_with_their_error() -> None:
    [line] = json.loads(run("rtp", "blackjack", "--param", "decks=2", "--rounds", "100000", "--json"))["simulated"]

    assert line["params"] == {**SAMPLES["blackjack"][0], "decks": 2}
    assert line["rounds"] >= 100_000
    assert abs(line["rtp"] - 0.998) < 5 * line["standard_error"]
    assert 0.003 < line["standard_error"] < 0.005


def test_each_number_of_decks_is_simulated_where_none_is_wanted() -> None:
    head, *lines = run("rtp", "blackjack", "--rounds", "100000", "--param", "surrender=true").splitlines()

    assert head.split()[-4:] == ["ERROR", "%", "DEVIATION", "ROUNDS"]
    assert [line.split()[0] for line in lines] == [f"decks={decks}" for decks in (1, 2, 4, 6, 8)]
    assert all("surrender=true" in line for line in lines)


def test_what_cannot_be_simulated_is_refused() -> None:
    assert "exactly" in refused("rtp", "roulette", "--rounds", "100000")
    assert "decks" in refused("rtp", "blackjack", "--param", "decks=9")
    assert "colour" in refused("rtp", "blackjack", "--rounds", "100000", "--param", "colour=red")


def test_the_jackpots_are_listed_with_what_they_return() -> None:
    [pot] = json.loads(run("jackpots", "--json"))

    assert (pot["jackpot"], pot["games"]) == ("orchards", ["slots"])
    assert pot["return"] == "2/125"
    assert {level["level"]: level["return"] for level in pot["levels"]} == {
        "mini": "3/500",
        "major": "1/200",
        "grand": "1/200",
    }
    listed = json.loads(run("--json"))
    assert {one["game"]: one["jackpot_share"] for one in listed if one["jackpot"]} == {"slots": 10_000}
