"""`croupier games rtp GAME --table ID`: odds by the rules that the table has in the configuration."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from actors.games.blackjack import HouseRules
from actors.games.blackjack.odds import figures
from protocol.games.sicbo import PAYS_KEYS
from tests.support.commands import refused, run

WAYS = {"even_money": 105, "total_4_17": 3, "triple": 1, "any_triple": 6}
"""In how many of 216 ways three dice win a spot of a kind: counted by hand."""
LIMITS = "min_bet = 10\nmax_bet = 100\nmax_total = 1000\nexposure_max = 10000000"


def configured(folder: Path, game: str, rules: str) -> str:
    file = folder / "croupier.toml"
    file.write_text(f'[[tables]]\nid = "ours"\ngame = "{game}"\nasset = "PLAY"\n{LIMITS}\n{rules}\n', encoding="utf-8")
    return str(file)


def test_a_pay_table_of_ones_own_is_what_is_computed(tmp_path: Path) -> None:
    pays = dict.fromkeys(PAYS_KEYS, 1) | {"total_4_17": 70, "triple": 200, "any_triple": 31}
    inline = ", ".join(f'"{key}" = {value}' for key, value in pays.items())
    file = configured(tmp_path, "sicbo", f'variant = "custom"\npays = {{ {inline} }}')

    wagers = json.loads(run("games", "rtp", "sicbo", "--table", "ours", "--config", file, "--json"))["wagers"]

    returned = {wager["params"]["spot"]: Fraction(wager["exact"]["rtp"]) for wager in wagers}
    spots = {"total:4": "total_4_17", "triple:1": "triple", "any_triple": "any_triple", "small": "even_money"}
    for spot, kind in spots.items():
        assert returned[spot] == Fraction(WAYS[kind] * (pays[kind] + 1), 216), spot
    assert {wager["params"]["variant"] for wager in wagers} == {"custom"}


def test_a_variant_is_that_of_the_table(tmp_path: Path) -> None:
    file = configured(tmp_path, "roulette", 'variant = "la_partage"')

    said = run("games", "rtp", "roulette", "--table", "ours", "--config", file, "--json")

    assert said == run("games", "rtp", "roulette", "--param", "variant=la_partage", "--json")


def test_blackjack_from_an_endless_shoe_is_exact_by_its_own_rules(tmp_path: Path) -> None:
    rules = "decks = 0\nhits_soft_17 = true\nsurrender = false\nhands_max = 2"
    file = configured(tmp_path, "blackjack", rules)

    (wager,) = json.loads(run("games", "rtp", "blackjack", "--table", "ours", "--config", file, "--json"))["wagers"]

    own = HouseRules(decks=0, hits_soft_17=True, surrender=False, hands_max=2)
    assert Fraction(wager["exact"]["rtp"]) == figures(own).rtp


def test_blackjack_from_whole_decks_is_simulated_by_its_own_rules(tmp_path: Path) -> None:
    file = configured(tmp_path, "blackjack", 'decks = 2\nboxes = 2\nnatural = "6:5"')
    at = ("games", "rtp", "blackjack", "--rounds", "100000", "--json")

    (line,) = json.loads(run(*at, "--table", "ours", "--config", file))["simulated"]

    assert (line["params"]["decks"], line["params"]["natural"], line["params"]["surrender"]) == (2, "6:5", True)
    same = ("--param", "decks=2", "--param", "natural=6:5", "--param", "surrender=true")
    assert json.loads(run(*at, *same))["simulated"][0]["rtp"] == line["rtp"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("roulette", "--table", "x"), "there is no table 'x' of roulette, but roulette-1, roulette-2, roulette-3"),
        (("sicbo", "--table", "roulette-1"), "there is no table 'roulette-1' of sicbo, but sicbo-1"),
        (("dice", "--table", "x"), "there is no table 'x' of dice"),
        (("roulette", "--table", "roulette-1", "--param", "spot=red"), "it takes no --param"),
    ],
)
def test_what_there_is_not_is_named(arguments: tuple[str, ...], said: str) -> None:
    assert said in refused("games", "rtp", *arguments)
