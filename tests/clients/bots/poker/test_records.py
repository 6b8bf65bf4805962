"""What a bot finds wrong with the record of a hand."""

import msgpack
import pytest

from clients.bots.poker.records import HANDS_MAX, RECALLED_EVERY, Records
from protocol.games.pokerhand import PokerHand
from server.reference.examples.poker import poker_examples

[EXAMPLE] = [one for one in poker_examples() if isinstance(one, PokerHand)]
FIELDS = msgpack.unpackb(msgpack.packb(EXAMPLE.model_dump()), use_list=False)
[CARDS] = [cards for seat, cards in EXAMPLE.cards if seat == 0]


@pytest.fixture
def records() -> Records:
    """Of one who was shown the commitment to the hand."""
    records = Records()
    records.opened(EXAMPLE.hand, EXAMPLE.commitment)
    return records


def test_a_record_that_is_so_has_nothing_wrong(records: Records) -> None:
    assert records.wrong_in(FIELDS, (EXAMPLE.hand, CARDS)) == []
    assert records.wrong_in(FIELDS, (EXAMPLE.hand + 1, CARDS[::-1])) == []


def test_a_record_with_another_commitment_or_other_cards_is_found_out(records: Records) -> None:
    (place, salt), *others = FIELDS["salts"]
    assert any(
        "salt" not in one and "cards of seat" in one
        for one in records.wrong_in({**FIELDS, "salts": ((place, salt[::-1]), *others)}, (EXAMPLE.hand, CARDS))
    )
    [wrong] = records.wrong_in(FIELDS, (EXAMPLE.hand, CARDS[::-1]))
    assert wrong.startswith("own cards")
    records.opened(EXAMPLE.hand, "c0" * 32)
    [wrong] = records.wrong_in(FIELDS, (EXAMPLE.hand, CARDS))
    assert wrong.startswith("expected")


def test_some_hands_are_recalled_of_those_whose_commitment_was_seen(records: Records) -> None:
    assert not records.wants(RECALLED_EVERY)
    for hand in range(RECALLED_EVERY, RECALLED_EVERY + HANDS_MAX):
        records.opened(hand, "c0" * 32)

    assert [hand for hand in range(3 * RECALLED_EVERY) if records.wants(hand)] == [RECALLED_EVERY]
    records.opened(RECALLED_EVERY + HANDS_MAX, "c0" * 32)
    assert not records.wants(RECALLED_EVERY)
