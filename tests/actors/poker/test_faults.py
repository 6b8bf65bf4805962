"""A poker table when things go wrong, wherever a player has to decide: what is wrong is refused and moves no chip."""

from typing import Any, Final

import pytest

from protocol.errors import Code, Refusal
from protocol.games.poker import (
    PokerAct,
    PokerAway,
    PokerBack,
    PokerLeave,
    PokerMix,
    PokerShow,
    PokerSit,
    PokerTopUp,
)
from protocol.ids import PlayerId
from protocol.replies import Done
from tests.support.cardroom import RULES, TABLE, CardRoom
from tests.support.poker import TIMING

ANN, BEN, CAT = PlayerId(1), PlayerId(2), PlayerId(3)
CASH: Final = 10_000
STACK: Final = 1_000
DECISION_MS_MAX: Final = TIMING.act_ms + TIMING.bank_ms_max + TIMING.away_ms + 1
POINTS: Final[dict[str, tuple[tuple[str, int], ...]]] = {
    "first to act": (),
    "option of the big blind": (("call", 0),),
    "facing a raise": (("raise", 300),),
    "facing all chips": (("raise", STACK),),
    "flop": (("call", 0), ("call", 0)),
    "facing a bet on the flop": (("call", 0), ("call", 0), ("raise", 200)),
    "turn": (("call", 0),) * 4,
    "river": (("call", 0),) * 6,
    "last to act": (("call", 0),) * 7,
}
"""By name: the moves of a hand of two before somebody decides when something goes wrong."""
at_every_point = pytest.mark.parametrize("point", sorted(POINTS))


def opened() -> CardRoom:
    """Ann, Ben and Cat have money."""
    room = CardRoom()
    for player in (ANN, BEN, CAT):
        room.open(player, CASH)
    return room


def reached(point: str) -> tuple[CardRoom, PlayerId]:
    """Ann and Ben play a hand and have come to this point; and whose turn it is."""
    room = opened()
    room.sits(ANN, 0, STACK)
    room.sits(BEN, 1, STACK)
    room.wait(TIMING.pause_ms)
    for kind, to in POINTS[point]:
        assert type(room.acts(kind, to)) is Done
    return room, whose_turn(room)


def whose_turn(room: CardRoom) -> PlayerId:
    shown = room.seen()
    assert shown.turn is not None
    [player] = [PlayerId(one.player) for one in shown.seats if one.seat == shown.turn.seat]
    return player


def is_asked_for_chips(room: CardRoom) -> bool:
    """Whether it costs something to stay in: only then may one fold."""
    turn = room.seen().turn
    return turn is not None and turn.call > 0


def move(room: CardRoom, kind: Any, to: int = 0, *, hand: int = 1, later: int = 0) -> PokerAct:
    """A move at the number that is shown, or so many later."""
    shown = room.seen()
    number = shown.turn.move if shown.turn is not None else 0
    return PokerAct(id=room.new_id(), table=TABLE, hand=hand, move=number + later, kind=kind, to=to)


def books(room: CardRoom) -> tuple[Any, ...]:
    """Whatever nobody may change by what is refused: the table but for its clock, and all money."""
    shown = room.seen().model_copy(update={"now_ms": 0, "epoch": 0, "seq": 0})
    return shown, room.seen(ANN).cards, room.escrow, room.house, [room.cash(player) for player in (ANN, BEN, CAT)]


def ended(room: CardRoom) -> tuple[Any, ...]:
    """Whoever does not decide is played for until the hand is over, and everybody leaves: who has what."""
    for player in (ANN, BEN):
        assert type(room.asks(player, PokerLeave(id=room.new_id(), table=TABLE))) is Done
    for _ in range(10):
        room.wait(DECISION_MS_MAX)
    assert room.seen().seats == ()
    assert room.escrow == 0
    cash = tuple(room.cash(player) for player in (ANN, BEN, CAT))
    assert sum(cash) + room.house == 3 * CASH
    row = room.ledger.tables.rounds[TABLE, 1]
    return cash, room.house, row.outcome


# --- at every point ---


@at_every_point
def test_nobody_acts_out_of_turn_or_against_the_rules_and_nothing_moves(point: str) -> None:
    room, player = reached(point)
    other = ANN if player == BEN else BEN
    before = books(room)
    turn = room.seen().turn
    assert turn is not None
    too_little = (turn.raise_min - 1,) if turn.raise_min else ()
    too_much = ((turn.raise_max or STACK) + 1, 10**12)
    wrong = [
        (other, move(room, "fold"), Code.OUT_OF_TURN),
        (other, move(room, "call"), Code.OUT_OF_TURN),
        (CAT, move(room, "fold"), Code.NOT_SEATED),
        (player, move(room, "call", hand=2), Code.BETTING_CLOSED),
        (player, move(room, "call", later=1), Code.OUT_OF_TURN),
        (player, move(room, "call", later=5), Code.OUT_OF_TURN),
        *((player, move(room, "raise", to), Code.ILLEGAL_STEP) for to in (0, 1, *too_little, *too_much)),
        (player, PokerShow(id=room.new_id(), table=TABLE, hand=1), Code.ILLEGAL_STEP),
        (other, PokerShow(id=room.new_id(), table=TABLE, hand=1), Code.ILLEGAL_STEP),
        (player, PokerMix(id=room.new_id(), table=TABLE, hand=1, entropy="luck"), Code.BETTING_CLOSED),
        (player, PokerSit(id=room.new_id(), table=TABLE, seat=3, amount=STACK), Code.ILLEGAL_STEP),
        (CAT, PokerSit(id=room.new_id(), table=TABLE, seat=0, amount=STACK), Code.ILLEGAL_STEP),
        (CAT, PokerTopUp(id=room.new_id(), table=TABLE, amount=STACK), Code.NOT_SEATED),
        (CAT, PokerAway(id=room.new_id(), table=TABLE), Code.NOT_SEATED),
        (CAT, PokerBack(id=room.new_id(), table=TABLE), Code.NOT_SEATED),
    ]

    answers = [room.asks(whom, request) for whom, request, _ in wrong]
    assert [isinstance(answer, Refusal) and answer.code for answer in answers] == [code for _, _, code in wrong]
    assert books(room) == before
    assert type(room.acts("call")) is Done
    ended(room)


@at_every_point
@pytest.mark.parametrize("dies", [False, True], ids=["alive", "killed"])
def test_a_move_is_made_once_however_often_it_comes(point: str, dies: bool) -> None:
    room, player = reached(point)
    act = move(room, "call")
    assert type(room.asks(player, act)) is Done
    if dies:
        room.start()
    after = books(room)

    assert type(room.asks(player, act)) is Done
    assert books(room) == after
    changed = act.model_copy(update={"id": room.new_id(), "kind": "fold"})
    assert isinstance(room.asks(player, changed), Refusal)
    assert books(room) == after


@at_every_point
def test_when_the_hand_is_over_nothing_of_it_can_be_done(point: str) -> None:
    room, player = reached(point)
    other = ANN if player == BEN else BEN
    late = [move(room, kind, to) for kind, to in (("call", 0), ("raise", STACK))]
    if not is_asked_for_chips(room):
        assert type(room.acts("raise", ((turn := room.seen().turn) and turn.raise_max) or 0)) is Done
    room.acts("fold")
    assert room.seen().turn is None
    after = books(room)

    fresh = [move(room, kind, to, later=9) for kind, to in (("call", 0), ("raise", STACK), ("fold", 0))]
    for whom in (player, other):
        assert [room.asks(whom, request).code for request in fresh] == [Code.BETTING_CLOSED] * len(fresh)
    for request in late:
        room.asks(player, request)
        assert isinstance(room.asks(other, request), Refusal)
    assert books(room) == after


@at_every_point
def test_who_does_not_decide_in_time_puts_no_chip_in(point: str) -> None:
    room, player = reached(point)
    [seat] = [one for one in room.seen().seats if one.player == player]
    act = move(room, "raise", STACK)
    room.wait(DECISION_MS_MAX)

    late = room.asks(player, act)
    assert late.code in (Code.BETTING_CLOSED, Code.OUT_OF_TURN)
    [after] = [one for one in room.seen().seats if one.player == player]
    assert after.stack >= seat.stack
    ended(room)


@at_every_point
def test_who_goes_away_and_comes_back_may_still_decide(point: str) -> None:
    ends = []
    for goes in (False, True):
        room, player = reached(point)
        if goes:
            assert type(room.asks(player, PokerAway(id=room.new_id(), table=TABLE))) is Done
            assert type(room.asks(player, PokerBack(id=room.new_id(), table=TABLE))) is Done
        assert type(room.asks(player, move(room, "call"))) is Done
        ends.append(ended(room))

    assert ends[0] == ends[1]


@at_every_point
def test_a_killed_table_comes_to_the_same_end(point: str) -> None:
    ends = []
    for dies in (False, True):
        room, _ = reached(point)
        before = books(room)
        if dies:
            room.start()
            assert books(room) == before
        room.acts("call")
        if dies:
            room.start()
        ends.append(ended(room))

    assert ends[0] == ends[1]


# --- amounts ---


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (RULES.buy_in_min - 1, Code.BET_BELOW_MINIMUM),
        (RULES.buy_in_max + 1, Code.BET_ABOVE_MAXIMUM),
        (CASH + 1, Code.INSUFFICIENT_FUNDS),
    ],
)
def test_a_seat_for_an_illegal_amount_is_refused_and_stays_so(amount: int, code: Code) -> None:
    room = opened()
    sit = PokerSit(id=room.new_id(), table=TABLE, seat=0, amount=amount)
    refused = room.asks(ANN, sit)
    room.start()

    assert (refused.code, room.asks(ANN, sit)) == (code, refused)
    assert (room.cash(ANN), room.escrow, room.seen().seats) == (CASH, 0, ())


def test_chips_are_not_added_to_more_than_one_may_have_though_each_amount_is_legal() -> None:
    room = opened()
    room.open(CAT, CASH)
    room.sits(ANN, 0, CASH)
    room.sits(BEN, 1, STACK)
    for amount in (RULES.buy_in_max - STACK + 1, RULES.buy_in_max):
        top_up = PokerTopUp(id=room.new_id(), table=TABLE, amount=amount)
        assert room.asks(BEN, top_up).code is Code.BET_ABOVE_MAXIMUM

    assert (room.cash(BEN), room.escrow) == (CASH - STACK, CASH + STACK)
