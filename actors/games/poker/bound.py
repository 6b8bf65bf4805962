"""What the cards of a hand are bound to before players mix in: a secret order of the deck, committed to card by card.

    order      = the cards in an order that the server seed gives; secret
    salt(j)    = HMAC-SHA256(key = server seed, message = "croupier.poker.salt.v2:{hand}:{j}"), for place j of the order
    card(j)    = SHA-256("croupier.poker.card.v2:{j}:{card}:{hand}:{table}:{salt}"), the commitment to the card there
    commitment = SHA-256("croupier.poker.deck.v2:" and the 52 commitments, one after the other), shown before the mixing
    places     = the 52 places in an order that the client seed gives; public once players have mixed in
    deck(i)    = order(places(i)): the card that is dealt as number i

All hashes and salts are written in hexadecimal. A card is opened by its salt, which tells nothing of any other card, so
that those that nobody has shown stay unknown for ever.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

from actors.fairness.draws import Draws, block
from actors.fairness.orders import order_of
from protocol.games.deck import DECK
from protocol.ids import TableId

ORDER: Final = "croupier.poker.order.v2"
SALT: Final = "croupier.poker.salt.v2"
PLACES: Final = "croupier.poker.places.v2"
CARD: Final = "croupier.poker.card.v2"
COMMITMENT: Final = "croupier.poker.deck.v2"


def secret_order(server_seed: str, hand: int) -> tuple[int, ...]:
    """The card at each place, for whoever has the seed."""
    return order_of(Draws(server_seed, ORDER, hand), DECK)


def public_places(client_seed: str, hand: int) -> tuple[int, ...]:
    """The place of each card of the deal, for everybody who knows what was mixed in."""
    return order_of(Draws(client_seed, PLACES, hand), DECK)


def salt_of(server_seed: str, hand: int, place: int) -> str:
    """What opens the card at a place."""
    return block(server_seed, SALT, hand, place).hex()


def card_commitment(table: TableId, hand: int, place: int, card: int, salt: str) -> str:
    """The commitment to a card: numbers hold no colon and a salt is 64 digits, so the text has one reading."""
    return _digest(f"{CARD}:{place}:{card}:{hand}:{table}:{salt}")


def card_commitments(server_seed: str, table: TableId, hand: int) -> tuple[str, ...]:
    """The commitments to all cards, by their places."""
    return tuple(
        card_commitment(table, hand, place, card, salt_of(server_seed, hand, place))
        for place, card in enumerate(secret_order(server_seed, hand))
    )


def deck_commitment(commitments: Iterable[str]) -> str:
    """The one hash over the commitments to all cards."""
    return _digest(f"{COMMITMENT}:{''.join(commitments)}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
