"""A poker table on a host: money becomes chips and money again, hands are played, and a crash changes nothing."""

import msgpack
import pytest
from pokerkit import HandHistory

from actors.runtime.ref import Ref
from protocol.commands import Asked
from protocol.errors import Code, Refusal
from protocol.games.poker import PokerAct, PokerAway, PokerLeave, PokerSit, PokerTopUp
from protocol.ids import PlayerId
from protocol.records import Transfer, TransferKind
from protocol.replies import Done
from tests.support.cardroom import TABLE, CardRoom
from tests.support.poker import TIMING

ANN, BEN, CAT = PlayerId(1), PlayerId(2), PlayerId(3)


@pytest.fixture
def room() -> CardRoom:
    room = CardRoom()
    for player in (ANN, BEN, CAT):
        room.open(player)
    return room


def begun(room: CardRoom) -> CardRoom:
    """Ann and Ben play a hand."""
    room.sits(ANN, 0)
    room.sits(BEN, 1)
    room.wait(TIMING.pause_ms)
    return room


def test_one_who_sits_down_has_chips_for_money_in_one_batch(room: CardRoom) -> None:
    before = len(room.batches)
    answer = room.sits(ANN, 2, 1_500)

    assert (answer["t"], answer["seat"], answer["amount"], answer["available"]) == ("poker.bought", 2, 1_500, 8_500)
    assert (room.cash(ANN), room.escrow) == (8_500, 1_500)
    [moved] = [one for one in room.batches[-1].records if isinstance(one, Transfer)]
    assert (moved.kind, moved.amount) == (TransferKind.BUY_IN, 1_500)
    assert len(room.batches) == before + 1


def test_the_same_request_again_has_the_same_answer_and_no_other_effect(room: CardRoom) -> None:
    sit = PokerSit(id=room.new_id(), table=TABLE, seat=0, amount=1_000)
    first = room.asks(ANN, sit)

    assert room.asks(ANN, sit) == first
    room.start()
    assert room.asks(ANN, sit) == first
    assert (room.cash(ANN), room.escrow) == (9_000, 1_000)


def test_an_old_request_that_comes_after_one_has_left_buys_nothing(room: CardRoom) -> None:
    sit = PokerSit(id=room.new_id(), table=TABLE, seat=0, amount=1_000)
    first = room.asks(ANN, sit)
    room.asks(ANN, PokerLeave(id=room.new_id(), table=TABLE))

    assert room.asks(ANN, sit) == first
    assert (room.cash(ANN), room.escrow, room.seen().seats) == (10_000, 0, ())


def test_the_id_of_one_request_does_not_do_for_another(room: CardRoom) -> None:
    sit = PokerSit(id=room.new_id(), table=TABLE, seat=0, amount=1_000)
    room.asks(ANN, sit)
    answer = room.asks(ANN, sit.model_copy(update={"amount": 2_000}))

    assert isinstance(answer, Refusal)
    assert answer.code == Code.ID_REUSED


def test_one_who_has_not_the_money_gets_no_seat_not_even_later_by_the_same_id(room: CardRoom) -> None:
    sit = PokerSit(id=room.new_id(), table=TABLE, seat=0, amount=10_001)
    first = room.asks(ANN, sit)
    assert isinstance(first, Refusal)
    assert first.code == Code.INSUFFICIENT_FUNDS

    assert room.asks(ANN, sit) == first
    assert room.seen().seats == ()
    assert room.sits(BEN, 0)["t"] == "poker.bought"


def test_what_the_rules_refuse_moves_no_money(room: CardRoom) -> None:
    room.sits(ANN, 0)
    for player, seat, amount in ((BEN, 0, 1_000), (BEN, 1, 999), (ANN, 1, 1_000)):
        assert isinstance(room.sits(player, seat, amount), Refusal)

    assert (room.cash(ANN), room.cash(BEN), room.escrow) == (9_000, 10_000, 1_000)


def test_one_who_leaves_has_the_chips_as_money(room: CardRoom) -> None:
    room.sits(ANN, 0)
    room.asks(ANN, PokerTopUp(id=room.new_id(), table=TABLE, amount=700))
    assert room.escrow == 1_700

    assert type(room.asks(ANN, PokerLeave(id=room.new_id(), table=TABLE))) is Done
    assert (room.cash(ANN), room.escrow) == (10_000, 0)


def test_a_hand_moves_chips_and_its_rake_goes_to_the_house(room: CardRoom) -> None:
    begun(room)
    room.acts("raise", 1_000)
    room.acts("call")

    assert (room.house, room.escrow) == (100, 1_900)
    assert sum(one.stack for one in room.seen().seats) == 1_900
    for player in (ANN, BEN):
        room.asks(player, PokerLeave(id=room.new_id(), table=TABLE))
    assert room.escrow == 0
    assert room.cash(ANN) + room.cash(BEN) == 20_000 - 100


def test_every_hand_is_written_down_so_that_the_library_reads_it(room: CardRoom) -> None:
    begun(room)
    room.acts("raise", 300)
    room.acts("fold")
    row = room.ledger.tables.rounds[TABLE, 1]
    assert row.outcome is not None
    text = msgpack.unpackb(row.outcome)["phh"]
    *_, end = HandHistory.loads(text)

    assert sorted(end.stacks) == [900, 1_100]
    assert "player 1" in text


def test_each_player_is_sent_nobody_elses_cards(room: CardRoom) -> None:
    begun(room)
    ann, ben, nobody = room.seen(ANN).cards, room.seen(BEN).cards, room.seen().cards

    assert (len(ann), len(ben), nobody) == (2, 2, ())
    assert not set(ann) & set(ben)
    told = [event.model_dump() for topic, event in room.pushed_events if topic == f"table:{TABLE}"]
    assert "poker.dealt" in {one["t"] for one in told}
    assert not any("cards" in one for one in told)


def test_a_hand_goes_on_after_a_crash_with_the_same_cards_and_turn(room: CardRoom) -> None:
    begun(room)
    room.acts("call")
    room.acts("raise", 300)
    before, cards = room.seen(), room.seen(ANN).cards
    room.start()
    after = room.seen()

    assert room.seen(ANN).cards == cards
    assert (after.turn, after.pot, after.seats, after.hand) == (before.turn, before.pot, before.seats, before.hand)
    room.acts("call")
    assert len(room.seen().board) == 3


def test_after_every_step_of_a_hand_a_crash_changes_nothing_of_its_end() -> None:
    ends = []
    for crash_after in range(-1, 8):
        room = CardRoom()
        for player in (ANN, BEN):
            room.open(player)
        begun(room)
        steps = [
            ("raise", 300),
            ("call", 0),
            ("raise", 200),
            ("call", 0),
            ("call", 0),
            ("call", 0),
            ("raise", 500),
            ("call", 0),
        ]
        for number, (kind, to) in enumerate(steps):
            room.acts(kind, to)
            if number == crash_after:
                room.start()
        for player in (ANN, BEN):
            room.asks(player, PokerLeave(id=room.new_id(), table=TABLE))
        ends.append((room.cash(ANN), room.cash(BEN), room.house))

    assert set(ends) == {ends[0]}
    assert sum(ends[0]) == 20_000


def test_a_move_that_is_repeated_after_a_crash_is_not_made_twice(room: CardRoom) -> None:
    begun(room)
    shown = room.seen()
    assert shown.turn is not None
    [player] = [PlayerId(one.player) for one in shown.seats if one.seat == shown.turn.seat]
    act = PokerAct(id=room.new_id(), table=TABLE, hand=1, move=0, kind="call")
    assert type(room.asks(player, act)) is Done
    room.start()
    pot = room.seen().pot

    assert type(room.asks(player, act)) is Done
    assert room.seen().pot == pot
    other = act.model_copy(update={"id": room.new_id(), "kind": "fold"})
    answer = room.asks(player, other)
    assert isinstance(answer, Refusal)
    assert answer.code == Code.OUT_OF_TURN


def test_one_who_does_not_act_in_time_folds_and_the_other_wins(room: CardRoom) -> None:
    begun(room)
    room.wait(TIMING.act_ms + TIMING.bank_ms_max + 1)
    shown = room.seen()

    assert shown.turn is None
    assert sorted(one.stack for one in shown.seats) == [950, 1_050]
    assert [one.is_in for one in shown.seats].count(False) == 1


def test_hands_follow_one_another_without_being_asked_for(room: CardRoom) -> None:
    begun(room)
    room.acts("fold")
    room.wait(TIMING.pause_ms + 1)

    assert room.seen().hand == 2
    assert room.seen().turn is not None


def test_one_who_is_away_is_not_dealt_in(room: CardRoom) -> None:
    begun(room)
    room.asks(BEN, PokerAway(id=room.new_id(), table=TABLE))
    room.acts("fold")
    room.wait(TIMING.pause_ms + 1)

    assert room.seen().turn is None


def test_one_who_leaves_in_a_hand_is_paid_when_it_is_over(room: CardRoom) -> None:
    begun(room)
    room.asks(ANN, PokerLeave(id=room.new_id(), table=TABLE))
    room.asks(BEN, PokerLeave(id=room.new_id(), table=TABLE))
    room.wait(TIMING.act_ms + TIMING.bank_ms_max + TIMING.pause_ms)

    assert room.seen().seats == ()
    assert room.escrow == 0
    assert room.cash(ANN) + room.cash(BEN) == 20_000 - room.house


def test_chips_bought_while_nobody_answered_are_on_the_table_after_a_crash(room: CardRoom) -> None:
    room.post(*_asked(room, PokerSit(id=room.new_id(), table=TABLE, seat=0, amount=1_000)))
    room.load()
    room.look_up()
    room.load()
    room.seal()
    room.start()

    assert len(room.seen().seats) * 1_000 == room.escrow == 10_000 - room.cash(ANN)


def _asked(room: CardRoom, request: PokerSit) -> tuple[Ref, Asked]:

    return Ref("table", TABLE), Asked(ANN, "ann", request)
