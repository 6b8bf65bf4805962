"""A coup: the published rules of drawing and counting, and the published odds."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from actors.fairness.draws import Draws
from actors.games.baccarat import Coup, Shoe, layout_of
from actors.games.baccarat.coup import banker_draws, player_draws
from actors.games.baccarat.layout import case_of
from actors.games.baccarat.odds import CASES
from actors.games.board import paid
from actors.games.board.layout import payoffs_of_spot
from actors.games.odds import rtp_of
from clients.bots.baccarat import Layout as LayoutOfTheBots
from protocol.games.baccarat import SPOTS
from tests.vectors.read import read_vectors


def published(card: str) -> str:
    """`10-diamond` in our words."""
    rank, _, suit = card.partition("-")
    return rank.replace("10", "T") + suit[0]


def published_coups() -> Iterator[Any]:
    cases = read_vectors("pf_stake_games")
    first = cases["set_A"]
    for nonce, cards in zip(first["nonces"], first["baccarat_six_cards_P1P2_B1B2_P3B3"], strict=True):
        yield pytest.param(first["serverSeed"], first["clientSeed"], nonce, cards, id=f"A{nonce}")
    for case in cases["set_B_even_nonces"]["baccarat"]:
        cards = [*case["playerCards"], *case["dealerCards"], *case["deciderCards"]]
        yield pytest.param(case["serverSeed"], case["clientSeed"], case["nonce"], cards, id=f"B{case['nonce']}")


@pytest.mark.parametrize(("server_seed", "client_seed", "nonce", "cards"), list(published_coups()))
def test_published_cards_come_out_of_endless_decks(
    server_seed: str, client_seed: str, nonce: int, cards: list[str]
) -> None:
    six = [published(card) for card in cards]
    coup = Coup.dealt(Shoe(Draws(server_seed, client_seed, nonce), None))

    assert coup.player[:2] == tuple(six[:2])
    assert coup.banker[:2] == tuple(six[2:4])
    assert [*coup.player[2:], *coup.banker[2:]] == six[4:][: len(coup.player) + len(coup.banker) - 4]


def test_the_counts_of_all_deals_are_the_published_ones() -> None:
    counts = dict.fromkeys(("player", "banker", "tie"), 0)
    for (winner, _, _), weight in zip(CASES, layout_of("eight_decks").weights, strict=True):
        counts[winner] += weight

    assert counts == {
        "player": 2_230_518_282_592_256,
        "banker": 2_292_252_566_437_888,
        "tie": 475_627_426_473_216,
    }
    assert sum(counts.values()) == 416 * 415 * 414 * 413 * 412 * 411


@pytest.mark.parametrize(
    ("spot", "percent"),
    [("banker", 1.0579), ("player", 1.2351), ("tie", 14.3596), ("player_pair", 10.3614), ("banker_pair", 10.3614)],
)
def test_the_edges_of_eight_decks_are_the_published_ones(spot: str, percent: float) -> None:
    edge = 1 - rtp_of(payoffs_of_spot(layout_of("eight_decks"), spot))

    assert round(100 * float(edge), 4) == percent


def test_a_pair_comes_as_often_as_published() -> None:
    payoffs = payoffs_of_spot(layout_of("eight_decks"), "player_pair")

    assert payoffs[Fraction(12)] == Fraction(31, 415)


DRAWS_ON = {
    0: range(10), 1: range(10), 2: range(10), 3: [0, 1, 2, 3, 4, 5, 6, 7, 9],
    4: range(2, 8), 5: range(4, 8), 6: range(6, 8), 7: [],
}  # fmt: skip
"""By the banker's total: the player's third cards on which the banker draws, as every casino prints it."""


@pytest.mark.parametrize(("banker", "third"), list(product(range(8), range(10))))
def test_the_banker_draws_by_the_table(banker: int, third: int) -> None:
    assert banker_draws(3, banker, third) == (third in DRAWS_ON[banker])


@pytest.mark.parametrize(("player", "banker"), list(product(range(10), range(10))))
def test_naturals_end_a_coup_and_without_a_third_card_both_draw_to_five(player: int, banker: int) -> None:
    natural = player >= 8 or banker >= 8
    assert player_draws(player, banker) == (not natural and player <= 5)
    if not player_draws(player, banker):
        assert banker_draws(player, banker, None) == (not natural and banker <= 5)


@pytest.mark.parametrize(
    ("player", "banker", "returns"),
    [
        (("9h", "Kd"), ("Th", "Jd"), (200, 0, 0, 0, 0)),
        (("2h", "2d", "Kc"), ("9s", "Qs"), (0, 195, 0, 1_200, 0)),
        (("Th", "9d"), ("4s", "5h"), (100, 100, 900, 0, 0)),
        (("Th", "Jd", "5c"), ("Ks", "Kh", "5d"), (100, 100, 900, 0, 1_200)),
    ],
)  # fmt: skip
def test_hands_are_paid_as_the_rules_say(
    player: tuple[str, ...], banker: tuple[str, ...], returns: tuple[int, ...]
) -> None:
    case = case_of(Coup(player, banker))
    layout = layout_of("eight_decks")

    assert tuple(paid(layout, [(spot, 100)], case) for spot in SPOTS) == returns


def test_of_a_commission_the_house_keeps_the_odd_unit() -> None:
    case = case_of(Coup(("Th", "Jd"), ("9s", "Kh")))

    assert [paid(layout_of("infinite"), [("banker", amount)], case) for amount in (1, 19, 20, 101)] == [1, 37, 39, 196]


def test_bots_reckon_every_coup_as_the_rules_do() -> None:
    bots, rules = LayoutOfTheBots(), layout_of("infinite")
    assert bots.names == tuple(rules.returns)
    for nonce in range(2_000):
        coup = Coup.dealt(Shoe(Draws("server", "client", nonce), None))
        for spot in SPOTS:
            reckoned = bots.paid([(spot, 33)], {"player": coup.player, "banker": coup.banker})
            assert reckoned == paid(rules, [(spot, 33)], case_of(coup)), (spot, coup)
