"""Poker: each card that was seen is opened, and is the one that was committed to before players mixed in.

The house puts the cards in a secret order and commits to the card at each place. What players mix in puts the places
in a public order: card i of the deal is the card at the i-th of them. A salt opens one card and tells of no other.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from .check import Check
from .draws import Draws, commitment_of, mixed_seed

CARDS = 52
HOLE_CARDS = {"holdem": 2, "omaha": 4}
SEED_RULES, RULES = 1, 2
"""Under the first rules the deck followed from a server seed, which was told when the hand was over."""


def check_hand(hand: Mapping[str, Any]) -> list[Check]:
    """Everything that can be checked of a hand that is over. `ValueError`: its rules are not known here."""
    rules = hand.get("rules", SEED_RULES)
    if rules not in (SEED_RULES, RULES):
        raise ValueError(f"it was dealt under rules {rules!r}")
    table, number, commitment = hand["table"], hand["hand"], hand["commitment"]
    mixed = mixed_seed(table, number, commitment, list(hand["contributions"]))
    checks = [Check("client_seed", hand["client_seed"], mixed)]
    if rules == SEED_RULES:
        seed = hand["server_seed"]
        # A longer text could be a list of card commitments at the same time, and so be bound to two decks.
        checks += [Check("digits of the seed", 64, len(seed)), Check("commitment", commitment, commitment_of(seed))]
        deck = Draws(seed, hand["client_seed"], number).taken(CARDS, CARDS)
        return checks + [Check(name, said, deck[at : at + len(said)]) for name, at, said in seen_in(hand)]
    committed = list(hand["card_commitments"])
    checks.append(Check("card commitments", [64] * CARDS, [len(one) for one in committed]))
    checks.append(Check("commitment", commitment, sha256(f"croupier.poker.deck.v2:{''.join(committed)}")))
    places = order(Draws(hand["client_seed"], "croupier.poker.places.v2", number))
    salts, every = dict(hand["salts"]), []
    for name, at, said in seen_in(hand):
        found = [card_in(hand, place, salts.get(place)) for place in places[at : at + len(said)]]
        checks.append(Check(name, said, found))
        every += found
    return [*checks, Check("no card twice", len(every), len(set(every)))]


def seen_in(hand: Mapping[str, Any]) -> list[tuple[str, int, list[int]]]:
    """What was seen, from which card of the deal on: each player in turn gets all hole cards; the board follows."""
    entrants, count = list(hand["entrants"]), HOLE_CARDS[hand["variant"]]
    seen = [(f"cards of seat {seat}", entrants.index(seat) * count, list(cards)) for seat, cards in hand["cards"]]
    return [*seen, ("board", len(entrants) * count, list(hand["board"]))]


def card_in(hand: Mapping[str, Any], place: int, salt: object) -> int | None:
    """The card that this salt opens, 0 (two of diamonds) to 51 (ace of clubs); nothing if it opens none."""
    head, tail = f"croupier.poker.card.v2:{place}", f"{hand['hand']}:{hand['table']}:{salt}"
    committed = hand["card_commitments"][place]
    return next((card for card in range(CARDS) if sha256(f"{head}:{card}:{tail}") == committed), None)


def order(draws: Draws) -> list[int]:
    """The places, each chosen of those left; numbers of the last, incomplete run are skipped: none has an advantage."""
    left, taken = list(range(CARDS)), []
    while left:
        number = draws.number()
        if number < 2**32 - 2**32 % len(left):
            taken.append(left.pop(number % len(left)))
    return taken


def sha256(text: str) -> str:
    """In hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
