"""What a hand's cards are bound to: an order that nobody but the house knows, and places that nobody chooses alone."""

from typing import Any

import pytest

from actors.fairness.commitment import commitment_of
from actors.fairness.entropy import client_seed_from
from actors.games.poker.bound import (
    card_commitment,
    card_commitments,
    deck_commitment,
    public_places,
    salt_of,
    secret_order,
)
from actors.games.poker.deck import BOUND, deck_of, deck_under, first_deck_of, rules_under
from clients.python.verifier import check_proof
from protocol.games.deck import DECK
from protocol.ids import TableId
from tests.support.poker import CLIENT_SEED, SERVER_SEED
from tests.vectors.read import read_vectors

TABLE = TableId("p1")
HANDS = read_vectors("poker_deck")["hands"]


@pytest.mark.parametrize("hand", HANDS, ids=lambda one: f"{one['table']}:{one['hand']}")
def test_published_hands_come_out(hand: dict[str, Any]) -> None:
    seed, table, number = hand["server_seed"], TableId(hand["table"]), hand["hand"]
    committed = card_commitments(seed, table, number)
    client_seed = client_seed_from(table, number, hand["commitment"], hand["contributions"])

    assert list(secret_order(seed, number)) == hand["order"]
    assert [salt_of(seed, number, place) for place in (0, 51)] == [hand["first_salt"], hand["last_salt"]]
    assert (committed[0], deck_commitment(committed)) == (hand["first_card"], hand["commitment"])
    assert client_seed == hand["client_seed"]
    assert list(public_places(client_seed, number)) == hand["places"]
    assert list(deck_of(seed, client_seed, number)) == hand["deck"]


def test_a_deck_has_each_card_once_and_every_part_of_its_seeds_changes_it() -> None:
    seeds = [
        (SERVER_SEED, CLIENT_SEED, 1),
        (SERVER_SEED, CLIENT_SEED, 2),
        (SERVER_SEED, CLIENT_SEED[1:], 1),
        (SERVER_SEED[1:], CLIENT_SEED, 1),
    ]
    decks = {deck_of(*one) for one in seeds}

    assert len(decks) == 4
    assert all(sorted(deck) == list(range(DECK)) for deck in decks)


def test_what_is_mixed_in_does_not_change_the_order_nor_the_seed_the_places() -> None:
    order, places = secret_order(SERVER_SEED, 1), public_places(CLIENT_SEED, 1)

    assert [order.index(card) for card in deck_of(SERVER_SEED, CLIENT_SEED, 1)] == list(places)
    assert secret_order("other", 1) != order
    assert public_places("other", 1) != places


def test_a_card_is_committed_to_with_its_table_hand_place_and_salt() -> None:
    salt = "5a" * 32
    commitments = {
        card_commitment(TABLE, 1, 0, 7, salt),
        card_commitment(TableId("p2"), 1, 0, 7, salt),
        card_commitment(TABLE, 2, 0, 7, salt),
        card_commitment(TABLE, 1, 1, 7, salt),
        card_commitment(TABLE, 1, 0, 8, salt),
        card_commitment(TABLE, 1, 0, 7, salt[1:] + "b"),
    }

    assert len(commitments) == 6
    assert len({salt_of(SERVER_SEED, hand, place) for hand in (1, 2) for place in range(DECK)}) == 2 * DECK


def test_a_hand_that_was_committed_to_by_its_seed_is_dealt_by_the_first_rules() -> None:
    bound = deck_commitment(card_commitments(SERVER_SEED, TABLE, 1))
    seeds = SERVER_SEED, CLIENT_SEED, 1

    assert (rules_under(SERVER_SEED, commitment_of(SERVER_SEED)), rules_under(SERVER_SEED, bound)) == (1, BOUND)
    assert deck_under(commitment_of(SERVER_SEED), *seeds) == first_deck_of(*seeds)
    assert deck_under(bound, *seeds) == deck_of(*seeds)
    assert first_deck_of(*seeds)[:5] == (24, 17, 10, 13, 29)


def opened(order: list[int], hand: int = 1) -> dict[str, Any]:
    """The record of a hand whose first player shows, dealt from this order."""
    salts = [salt_of(SERVER_SEED, hand, place) for place in range(DECK)]
    committed = [card_commitment(TABLE, hand, at, order[at], salts[at]) for at in range(DECK)]
    commitment = deck_commitment(committed)
    client_seed = client_seed_from(TABLE, hand, commitment, ())
    first, second, *_ = public_places(client_seed, hand)
    return {
        "game": "poker",
        "table": TABLE,
        "hand": hand,
        "rules": BOUND,
        "commitment": commitment,
        "server_seed": None,
        "client_seed": client_seed,
        "contributions": (),
        "variant": "holdem",
        "entrants": (0, 1),
        "cards": ((0, (order[first], order[second])),),
        "board": (),
        "card_commitments": committed,
        "salts": ((first, salts[first]), (second, salts[second])),
    }


def failed(record: dict[str, Any]) -> list[str]:
    return [check.name for check in check_proof(record) if not check.ok]


def test_a_card_that_is_in_the_deck_twice_shows_as_soon_as_both_are_opened() -> None:
    assert failed(opened(list(range(DECK)))) == []
    assert failed(opened([7] * DECK)) == ["no card twice"]


def test_no_list_of_card_commitments_passes_for_a_seed_of_the_first_rules() -> None:
    record = opened(list(range(DECK)))
    seed = f"croupier.poker.deck.v2:{''.join(record['card_commitments'])}"
    assert commitment_of(seed) == record["commitment"]
    deck = first_deck_of(seed, record["client_seed"], 1)
    other = {**record, "rules": 1, "server_seed": seed, "cards": ((0, deck[:2]),)}

    assert failed(other) == ["digits of the seed"]


def test_rules_that_the_verifier_does_not_know_are_no_proof() -> None:
    with pytest.raises(ValueError, match="rules 3"):
        check_proof({**opened(list(range(DECK))), "rules": 3})
