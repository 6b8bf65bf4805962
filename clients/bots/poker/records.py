"""Hands as their records prove them: a bot compares some with what it was shown before they were dealt."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from clients.python.verifier import check_proof

RECALLING: Final = "recalling"
"""The context of a request for a record."""
RECALLED_EVERY: Final = 16
"""One of so many hands is recalled: a record is read from the database."""
HANDS_MAX: Final = 4
"""Of so many hands the commitment is remembered."""


class Records:
    """The commitments to the cards of the last hands, by their numbers, as they were shown before players mixed in."""

    def __init__(self) -> None:
        self._shown: dict[int, str] = {}

    def opened(self, hand: int, commitment: str) -> None:
        """A hand's cards are committed to."""
        self._shown[hand] = commitment
        while len(self._shown) > HANDS_MAX:
            del self._shown[min(self._shown)]

    def wants(self, hand: int) -> bool:
        """Whether a hand that is over is to be recalled."""
        return hand % RECALLED_EVERY == 0 and hand in self._shown

    def wrong_in(self, fields: Mapping[str, Any], seen: tuple[int, Sequence[int]]) -> list[str]:
        """What is not so of a record, for one whose hole cards in hand `seen[0]` were `seen[1]`."""
        hand = fields["hand"]
        cards = seen[1] if seen[0] == hand else ()
        record = {
            **fields,
            "game": "poker",
            "card_commitments": [one.hex() for one in fields["card_commitments"]],
            "salts": [(place, salt.hex()) for place, salt in fields["salts"]],
        }
        checks = check_proof(record, self._shown.get(hand))
        wrong = [f"{one.name}: {one.said} is {one.found}" for one in checks if not one.ok]
        if cards and list(cards) not in [list(one) for _, one in fields["cards"]]:
            wrong.append(f"own cards: {list(cards)} are in no place of {fields['cards']}")
        return wrong
