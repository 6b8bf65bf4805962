"""The words of poker in which a hand that is over is asked for, and told."""

from typing import Annotated, Literal

from pydantic import Field

from protocol.model import Reply, Request, TableKey

Cards = tuple[int, ...]
"""Numbers of cards; see `protocol.games.deck`."""
HandNumber = Annotated[int, Field(gt=0, lt=2**53)]


class PokerRecall(Request):
    """Ask for the record of a hand that is over."""

    t: Literal["poker.recall"] = "poker.recall"
    table: TableKey
    hand: HandNumber


class PokerHand(Reply):
    """A hand that is over, in PHH, with the cards that were shown and one's own, and what these can be checked by.

    `card_commitments` are those to the card at each place of the secret order, and `commitment` is to all of them;
    `salts` are (place, salt) of the cards in `cards` and on the board. The other cards are told to nobody. Both are
    bytes of which the hexadecimal text is hashed.

    Hands that were dealt under rules 1 have the server seed instead, from which all their cards can be computed.
    """

    t: Literal["poker.hand"] = "poker.hand"
    table: str
    hand: int
    rules: int
    phh: str
    commitment: str
    server_seed: str | None
    client_seed: str
    contributions: tuple[str, ...]
    variant: str
    entrants: tuple[int, ...]
    cards: tuple[tuple[int, Cards], ...]
    board: Cards
    card_commitments: tuple[bytes, ...]
    salts: tuple[tuple[int, bytes], ...]
