"""A hand of poker that is recalled: everybody sees what was shown, a player the own cards too, and all can check it."""

import json
from typing import Any

import pytest
from pokerkit import HandHistory

from actors.games.poker.deck import written
from clients.python.verifier import check_proof
from protocol.errors import Code, Refusal
from protocol.games.poker import PokerLeave, PokerMix
from protocol.games.pokerhand import PokerHand, PokerRecall
from protocol.ids import PlayerId
from server.poker_hands import hand_of
from tests.support.cardroom import TABLE, CardRoom
from tests.support.poker import TIMING

ANN, BEN = PlayerId(1), PlayerId(2)


@pytest.fixture
def room() -> CardRoom:
    """Ann and Ben are about to play."""
    room = CardRoom()
    for seat, player in enumerate((ANN, BEN)):
        room.open(player)
        room.sits(player, seat)
    return room


def recalled(room: CardRoom, player: PlayerId | None, hand: int = 1) -> PokerHand | Refusal:
    request = PokerRecall(id=room.new_id(), table=TABLE, hand=hand)
    return hand_of(room.ledger.tables.rounds.get((TABLE, hand)), player, request)  # type: ignore[arg-type]


def record(room: CardRoom, player: PlayerId | None) -> dict[str, Any]:
    """What the verifier is given."""
    hand = recalled(room, player)
    assert isinstance(hand, PokerHand)
    return json.loads(json.dumps({"game": "poker", **hand.model_dump(exclude={"id"})}, default=bytes.hex))  # type: ignore[no-any-return]


def folded(room: CardRoom) -> CardRoom:
    """A hand whose cards nobody has shown."""
    room.wait(TIMING.pause_ms)
    room.acts("fold")
    return room


def test_cards_that_were_not_shown_are_told_to_their_player_alone(room: CardRoom) -> None:
    room.wait(TIMING.pause_ms)
    cards = {player: room.seen(player).cards for player in (ANN, BEN)}
    room.acts("fold")

    assert record(room, None)["cards"] == []
    for seat, player in enumerate((ANN, BEN)):
        hand = record(room, player)
        assert hand["cards"] == [[seat, list(cards[player])]]
        assert written(cards[player]) in hand["phh"]
        other = cards[BEN if player == ANN else ANN]
        assert written(other) not in hand["phh"]
        assert "????" in hand["phh"]
        assert sum(HandHistory.loads(hand["phh"]).starting_stacks or ()) == 2_000


def test_cards_that_were_shown_are_told_to_everybody(room: CardRoom) -> None:
    room.wait(TIMING.pause_ms)
    room.acts("raise", 1_000)
    room.acts("call")
    hand = record(room, None)

    assert {seat for seat, _ in hand["cards"]} == {0, 1}
    assert len(hand["board"]) == 5
    assert "????" not in hand["phh"]


def test_what_players_mix_in_changes_the_deck_and_can_be_checked(room: CardRoom) -> None:
    mix = PokerMix(id=room.new_id(), table=TABLE, hand=1, entropy="mine")
    room.asks(ANN, mix)
    room.asks(BEN, PokerMix(id=room.new_id(), table=TABLE, hand=1, entropy="his"))
    assert room.seen().opened
    opened = room.seen().opened
    hand = record(folded(room), ANN)

    assert hand["contributions"] == ["mine", "his"]
    assert hand["commitment"] == opened
    checks = check_proof(hand, opened)
    assert all(check.ok for check in checks)
    assert {check.name for check in checks} >= {"commitment", "client_seed", "cards of seat 0", "board"}


def test_nobody_mixes_twice_or_late_or_without_a_seat(room: CardRoom) -> None:
    def mixed(player: PlayerId, entropy: str, hand: int = 1) -> Any:
        return room.asks(player, PokerMix(id=room.new_id(), table=TABLE, hand=hand, entropy=entropy))

    assert not isinstance(mixed(ANN, "one"), Refusal)
    assert not isinstance(mixed(ANN, "one"), Refusal)
    assert mixed(ANN, "two").code == Code.ILLEGAL_STEP
    assert mixed(BEN, "x", hand=2).code == Code.BETTING_CLOSED
    assert mixed(PlayerId(9), "x").code == Code.NOT_SEATED
    room.wait(TIMING.pause_ms)
    assert mixed(BEN, "late").code == Code.BETTING_CLOSED
    room.acts("fold")
    assert record(room, None)["contributions"] == ["one"]


def changed(text: str) -> str:
    """Hexadecimal with one digit changed."""
    return text[:-1] + ("0" if text[-1] != "0" else "1")


def test_a_hand_that_was_tampered_with_is_found_out(room: CardRoom) -> None:
    room.asks(BEN, PokerMix(id=room.new_id(), table=TABLE, hand=1, entropy="his"))
    hand = record(folded(room), ANN)
    [(seat, cards)] = hand["cards"]
    [(place, salt), other] = hand["salts"]
    committed = hand["card_commitments"]
    wrong = [
        {**hand, "cards": ((seat, (cards[1], cards[0])),)},
        {**hand, "cards": ((seat, ((cards[0] + 1) % 52, cards[1])),)},
        {**hand, "cards": ((1 - seat, cards),)},
        {**hand, "board": (cards[0],)},
        {**hand, "salts": ((place, changed(salt)), other)},
        {**hand, "salts": ((place, other[1]), (other[0], salt))},
        {**hand, "salts": (other,)},
        {**hand, "contributions": ("her",)},
        {**hand, "contributions": ()},
        {**hand, "client_seed": changed(hand["client_seed"])},
        {**hand, "commitment": changed(hand["commitment"])},
        {**hand, "card_commitments": committed[1:]},
        {**hand, "card_commitments": [committed[0] + committed[1], "", *committed[2:]]},
        {**hand, "hand": 2},
        {**hand, "table": "pond"},
    ]
    wrong += [
        {**hand, "card_commitments": (*committed[:at], changed(committed[at]), *committed[at + 1 :])}
        for at in range(52)
    ]

    assert all(check.ok for check in check_proof(hand))
    for one in wrong:
        assert not all(check.ok for check in check_proof(one)), one


def test_a_hand_in_play_and_one_that_never_was_are_not_recalled(room: CardRoom) -> None:
    room.wait(TIMING.pause_ms)

    for hand in (1, 2):
        answer = recalled(room, ANN, hand)
        assert isinstance(answer, Refusal)
        assert answer.code == Code.UNKNOWN_BET


def test_the_commitment_stands_before_the_pause_and_survives_a_crash(room: CardRoom) -> None:
    room.asks(ANN, PokerMix(id=room.new_id(), table=TABLE, hand=1, entropy="mine"))
    opened = room.seen().opened
    room.start()

    assert room.seen().opened == opened
    hand = record(folded(room), None)
    assert (hand["commitment"], hand["contributions"]) == (opened, ["mine"])
    following = room.seen().opened
    assert following not in ("", opened)
    room.asks(BEN, PokerLeave(id=room.new_id(), table=TABLE))
    room.start()
    assert room.seen().opened == following
