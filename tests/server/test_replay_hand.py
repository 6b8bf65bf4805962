"""Hands of poker dealt again from their records, under the rules of now and those that were before."""

import json
from dataclasses import replace
from typing import Any

import msgpack
import pytest

from actors.fairness.commitment import commitment_of
from actors.games.poker.deck import written
from actors.poker import table
from clients.python.verifier import check_proof
from persistence.interfaces import RoundRow
from protocol.games.poker import PokerMix
from protocol.games.pokerhand import PokerHand, PokerRecall
from protocol.ids import PlayerId
from server.poker_hands import hand_of
from server.replay_hand import replayed_hand
from tests.support.cardroom import TABLE, CardRoom
from tests.support.hand_driven import at_once
from tests.support.poker import TIMING

ANN, BEN = PlayerId(1), PlayerId(2)
ID = f"{TABLE}:1"


def seated() -> CardRoom:
    """Ann and Ben have mixed something in, and are about to play."""
    room = CardRoom()
    for seat, player in enumerate((ANN, BEN)):
        room.open(player)
        room.sits(player, seat)
    room.asks(ANN, PokerMix(id=room.new_id(), table=TABLE, hand=1, entropy="mine"))
    return room


def row_of(room: CardRoom, hand: int = 1) -> RoundRow:
    found = at_once(room.ledger.find_round(TABLE, hand))
    assert found is not None
    return found


def recorded(row: RoundRow) -> dict[str, Any]:
    assert row.outcome is not None
    outcome: dict[str, Any] = msgpack.unpackb(row.outcome, strict_map_key=False)
    return outcome


def failed(row: RoundRow) -> list[str]:
    replayed = replayed_hand(ID, row)
    assert replayed is not None
    assert replayed.differs == (not replayed.as_json()["ok"])
    return [one["name"] for one in json.loads(json.dumps(replayed.as_json()))["failed"]]


@pytest.fixture
def row() -> RoundRow:
    """A hand that went all in before the flop."""
    room = seated()
    room.wait(TIMING.pause_ms)
    room.acts("raise", 1_000)
    room.acts("call")
    return row_of(room)


def test_a_hand_is_dealt_again_with_all_its_cards(row: RoundRow) -> None:
    replayed = replayed_hand(ID, row)

    assert replayed is not None
    assert not replayed.differs
    assert replayed.rules == 2
    assert replayed.as_json()["deck"] == written(replayed.deck)
    assert sorted(replayed.deck) == list(range(52))
    assert all(written(cards) in row_text(row) for cards in (replayed.deck[:2], replayed.deck[2:4]))


def row_text(row: RoundRow) -> str:
    return str(recorded(row)["phh"])


def test_whatever_is_changed_in_a_record_is_found(row: RoundRow) -> None:
    outcome = recorded(row)
    phh = outcome["phh"]
    replayed = replayed_hand(ID, row)
    assert replayed is not None
    first, other = written(replayed.deck[:1]), written(replayed.deck[20:21])
    last = written(replayed.deck[8:9])

    def with_outcome(**fields: Any) -> RoundRow:
        return replace(row, outcome=msgpack.packb({**outcome, **fields}))

    assert failed(row) == []
    assert failed(with_outcome(commitment="c0" * 32)) == ["commitment", "client_seed"]
    assert failed(replace(row, commitment="c0" * 32)) == ["seed"]
    assert failed(replace(row, contributions=msgpack.packb(["his"]))) == ["client_seed"]
    assert failed(with_outcome(rules=1)) == ["rules"]
    assert "hole cards" in failed(with_outcome(phh=phh.replace(first, other)))
    assert "board" in failed(with_outcome(phh=phh.replace(last, other)))
    assert failed(with_outcome(phh=phh.replace("finishing_stacks = [", "finishing_stacks = [1"))) == ["chips"]
    assert failed(with_outcome(phh=phh.replace("_rake = ", "_rake = 1"))) == ["chips"]


def test_a_round_that_is_no_hand_or_in_play_is_not_dealt_again() -> None:
    room = seated()
    room.wait(TIMING.pause_ms)

    assert replayed_hand(ID, None) is None
    assert replayed_hand(ID, row_of(room)) is None


def before_cards_were_committed_to(patched: pytest.MonkeyPatch) -> None:
    """Hands are opened as they were when the commitment was to the server seed."""
    patched.setattr(table, "card_commitments", lambda seed, table, hand: seed)
    patched.setattr(table, "deck_commitment", commitment_of)


@pytest.mark.parametrize("crashes", [False, True])
def test_a_hand_that_was_opened_under_the_first_rules_is_played_and_recalled_by_them(
    monkeypatch: pytest.MonkeyPatch, crashes: bool
) -> None:
    with monkeypatch.context() as patched:
        before_cards_were_committed_to(patched)
        room = seated()
    if crashes:
        room.start()
    room.wait(TIMING.pause_ms)
    cards = room.seen(ANN).cards
    if crashes:
        room.start()
        assert room.seen(ANN).cards == cards
    room.acts("fold")
    room.wait(TIMING.pause_ms)
    room.acts("fold")
    old, new = row_of(room, 1), row_of(room, 2)
    # As it was written before there were rules to tell apart.
    outcome = {key: value for key, value in recorded(old).items() if key not in ("rules", "commitment")}
    old = replace(old, outcome=msgpack.packb(outcome))

    for row, rules in ((old, 1), (new, 2)):
        assert failed(row) == []
        fields = fields_of(row, room)
        assert (fields["rules"], fields["server_seed"] is None) == (rules, rules == 2)
        assert [check for check in check_proof(fields) if not check.ok] == []
    saved = {key: value for key, value in fields_of(old, room).items() if key not in ("rules", "salts")}
    assert saved["cards"] == [[0, list(cards)]]
    assert [check.name for check in check_proof(saved) if not check.ok] == []
    assert [check.name for check in check_proof({**saved, "server_seed": "0" * 64}) if not check.ok]


def fields_of(row: RoundRow, room: CardRoom) -> dict[str, Any]:
    hand = hand_of(row, ANN, PokerRecall(id=room.new_id(), table=TABLE, hand=row.round))
    assert isinstance(hand, PokerHand)
    fields: dict[str, Any] = json.loads(json.dumps({"game": "poker", **hand.model_dump()}, default=bytes.hex))
    return fields
