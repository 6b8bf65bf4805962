"""PAR sheets: every game has one, and its figures are the published ones."""

from fractions import Fraction

import pytest

from actors.games.catalogue import INSTANT_GAMES, STEP_GAMES, TABLE_GAMES
from actors.games.roulette.layout import layout_of
from actors.games.sheets import SAMPLES, line_of, sheet
from tests.vectors.read import read_vectors


def test_every_game_has_a_sheet() -> None:
    assert set(SAMPLES) == set(INSTANT_GAMES) | set(STEP_GAMES) | set(TABLE_GAMES)


LEAST_RETURNS = {"sicbo": Fraction(1, 2), "baccarat": Fraction(17, 20)}
"""Games whose published tables have wagers that return less than nine tenths."""


@pytest.mark.parametrize("game", sorted(SAMPLES))
def test_every_wager_on_a_sheet_is_in_favour_of_the_house_and_can_be_won(game: str) -> None:
    for line in sheet(game):
        assert LEAST_RETURNS.get(game, Fraction(9, 10)) < line.rtp < 1, line.params
        assert line.best > 1
        assert 0 < line.hit_rate <= 1
        assert line.deviation > 0


@pytest.mark.parametrize("name", sorted(INSTANT_GAMES))
def test_a_sheet_says_what_the_game_says_of_its_return(name: str) -> None:
    for line in sheet(name):
        assert line.rtp == INSTANT_GAMES[name].rtp(line.params)


PUBLISHED = {
    "european straight": ("european", "straight:17"),
    "european split": ("european", "split:1-2"),
    "european street": ("european", "street:1"),
    "european corner": ("european", "corner:1"),
    "european six-line": ("european", "line:1"),
    "european dozen": ("european", "dozen:2"),
    "european column": ("european", "column:3"),
    "european even-money": ("european", "red"),
    "european first-four (0,1,2,3)": ("european", "first_four"),
    "american straight": ("american", "straight:00"),
    "american even-money": ("american", "odd"),
    "american first-five (0,00,1,2,3)": ("american", "first_five"),
    "european even-money la partage": ("la_partage", "high"),
}


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_the_edges_of_roulette_are_the_published_ones(name: str) -> None:
    variant, spot = PUBLISHED[name]

    line = line_of("roulette", {"variant": variant, "spot": spot})

    assert 1 - line.rtp == Fraction(read_vectors("house_edge")["roulette"][name]["edge_fraction"])


def test_a_sheet_of_roulette_has_each_kind_of_spot_once() -> None:
    for variant in ("european", "american", "la_partage"):
        spots = layout_of(variant).spots
        listed = [spots[line.params["spot"]].kind for line in sheet("roulette") if line.params["variant"] == variant]
        assert sorted(listed) == sorted({spot.kind for spot in spots.values()})
