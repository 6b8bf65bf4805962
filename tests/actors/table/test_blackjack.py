"""Blackjack at a table: turns, what is put down besides, players who stay away, and what nobody may see."""

import msgpack
import pytest

from actors.fairness.seal import round_seed
from actors.games.blackjack.cards import Shoe
from actors.games.catalogue import VERIFIABLE
from protocol.errors import Code, Refusal
from protocol.ids import TableId
from protocol.records import BetState
from protocol.requests import Leave
from tests.support.blackjack_table import (
    HOUSE,
    SEAT,
    TURN_MS,
    act,
    finish,
    last_rows,
    plays,
    rows,
    seated,
    seen,
    until,
)
from tests.support.casino import ANN, BEN, TABLE


def test_a_hand_is_played_by_its_player_and_settled() -> None:
    casino = seated()
    view = until(casino, plays, (ANN, "box2", 100))
    assert (view.turn, view.owners) == (2, ((2, ANN, "player 1"),))

    done = casino.asks(ANN, act(casino, "stand"))

    assert (done["t"], done["round"]) == ("blackjack.acted", view.round)
    casino.wait(2_000)
    (bet,) = last_rows(casino, view.round)
    assert bet.state == BetState.SETTLED
    assert casino.balance(ANN)[1] == 0


def test_a_repeated_action_is_answered_as_before_and_done_once() -> None:
    casino = seated()
    until(casino, plays, (ANN, "box1", 100))
    request = act(casino, "hit")

    first = casino.asks(ANN, request)
    steps = seen(casino).step

    assert casino.asks(ANN, request) == first
    assert seen(casino).step == steps
    other = request.model_copy(update={"action": "stand"})
    assert casino.asks(ANN, other).code is Code.ID_REUSED


def test_a_double_holds_the_stake_again_gives_one_card_and_is_repeated_without_effect() -> None:
    casino = seated()
    view = until(casino, lambda one: "double" in one.actions, (ANN, "box1", 100))
    before = casino.balance(ANN)[1]
    request = act(casino, "double")

    raised = casino.asks(ANN, request)

    assert (raised["t"], raised["stake"], raised["held"]) == ("blackjack.raised", 100, before + 100)
    assert casino.asks(ANN, request) == raised
    ((_, _, cards, state),) = seen(casino).hands
    assert (len(cards), state) in {(3, "doubled"), (3, "bust")}
    casino.wait(2_000)
    assert sorted(bet.stake for bet in last_rows(casino, view.round)) == [100, 100]
    assert {bet.state for bet in last_rows(casino, view.round)} == {BetState.SETTLED}


def test_a_double_that_cannot_be_paid_for_changes_nothing() -> None:
    casino = seated()
    until(casino, lambda one: "double" in one.actions, (ANN, "box1", 1_000))
    free = casino.balance(ANN)[0] - casino.balance(ANN)[1]
    casino.move(ANN, -(free - 999))
    before = seen(casino)

    assert casino.asks(ANN, act(casino, "double")).code is Code.INSUFFICIENT_FUNDS

    after = seen(casino)
    assert (after.step, after.hands, after.turn) == (before.step, before.hands, before.turn)
    assert casino.asks(ANN, act(casino, "stand"))["t"] == "blackjack.acted"


def test_a_split_makes_two_hands_each_with_a_stake() -> None:
    casino = seated()
    view = until(casino, lambda one: "split" in one.actions, (ANN, "box1", 100))

    assert casino.asks(ANN, act(casino, "split"))["stake"] == 100

    hands = seen(casino).hands
    assert [hand for _, hand, _, _ in hands] == [0, 1]
    assert [cards[0] for _, _, cards, _ in hands] == list(view.hands[0][2])
    finish(casino)
    assert {bet.state for bet in last_rows(casino, view.round)} == {BetState.SETTLED}


def test_insurance_costs_half_the_stake_and_the_round_goes_on_when_all_have_said() -> None:
    casino = seated()
    view = until(casino, lambda one: "insure" in one.actions, (ANN, "box1", 100), (BEN, "box2", 100))
    assert casino.asks(BEN, act(casino, "decline", 2))["t"] == "blackjack.acted"

    assert casino.asks(ANN, act(casino, "insure", 1))["stake"] == 50

    after = seen(casino)
    assert "insure" not in after.actions
    finish(casino)
    insured = next(bet for bet in last_rows(casino, view.round) if bet.stake == 50)
    assert insured.payout in (0, 150)


def test_what_is_not_in_order_is_refused_and_stays_refused() -> None:
    casino = seated()
    view = until(casino, lambda one: plays(one) and one.turn == 1, (ANN, "box1", 100), (BEN, "box2", 100))
    wrong = [
        (BEN, act(casino, "stand", 1), Code.ILLEGAL_STEP),
        (ANN, act(casino, "stand", 2), Code.ILLEGAL_STEP),
        (ANN, act(casino, "stand", 3), Code.ILLEGAL_STEP),
        (ANN, act(casino, "decline", 1), Code.ILLEGAL_STEP),
        (ANN, act(casino, "insure", 1), Code.ILLEGAL_STEP),
        (ANN, act(casino, "stand", 1, view.step - 1), Code.OUT_OF_TURN),
        (ANN, act(casino, "stand", 1, view.step + 1), Code.OUT_OF_TURN),
        (ANN, casino.table_bet(("box1", 100)), Code.BETTING_CLOSED),
        (ANN, casino.undo(), Code.BETTING_CLOSED),
    ]

    refused = [casino.asks(player, request) for player, request, _ in wrong]

    assert [one.code for one in refused] == [code for _, _, code in wrong]
    assert seen(casino).step == view.step
    assert casino.balance(ANN)[1] == casino.balance(BEN)[1] == 100
    finish(casino)
    assert [casino.asks(player, request) for player, request, _ in wrong] == refused


def test_nothing_is_acted_before_the_deal_and_after_the_end() -> None:
    casino = seated()
    assert casino.asks(ANN, act(casino, "stand", 1)).code is Code.OUT_OF_TURN
    casino.asks(ANN, casino.table_bet(("box1", 100)))
    assert casino.asks(ANN, act(casino, "hit", 1)).code is Code.OUT_OF_TURN
    casino.wait(10_500)
    assert casino.asks(ANN, act(casino, "double", 1)).code is Code.OUT_OF_TURN


def test_who_left_does_not_act_and_is_played_for() -> None:
    casino = seated()
    view = until(casino, plays, (ANN, "box1", 100))
    casino.asks(ANN, Leave(id=casino.new_id(), table=TABLE))

    assert casino.asks(ANN, act(casino, "stand")).code is Code.NOT_SEATED
    finish(casino)
    assert {bet.state for bet in last_rows(casino, view.round)} == {BetState.SETTLED}


def test_a_player_who_is_away_is_waited_for_once_in_a_round() -> None:
    casino = seated()
    view = until(casino, lambda one: plays(one) and one.turn == 1, (ANN, "box1", 100), (ANN, "box2", 100))

    casino.wait(TURN_MS)

    after = seen(casino)
    assert after.phase in ("spinning", "settled")
    assert after.step > view.step
    assert {one for _, _, cards, one in after.hands} <= {"stood", "bust"}


def test_bets_behind_go_with_the_first_hand_at_their_own_stake() -> None:
    casino = seated()
    view = until(casino, lambda one: "double" in one.actions, (ANN, "box1", 100), (BEN, "box1", 40))
    assert casino.asks(BEN, act(casino, "hit", 1)).code is Code.ILLEGAL_STEP

    assert casino.asks(ANN, act(casino, "double", 1))["stake"] == 100

    casino.wait(2_000)
    paid: dict[int, list[int | None]] = {bet.stake: [] for bet in last_rows(casino, view.round)}
    for bet in last_rows(casino, view.round):
        paid[bet.stake].append(bet.payout)
    assert paid[100][0] == paid[100][1]
    assert paid[40] == [(paid[100][0] or 0) * 40 // 100]


@pytest.mark.parametrize("moment", ["betting", "closed", "playing", "doubled"])
def test_a_killed_table_goes_on_with_the_same_cards(moment: str) -> None:
    casino = seated(insurance=False)
    if moment in ("betting", "closed"):
        casino.asks(ANN, casino.table_bet(("box1", 100)))
        casino.wait(10_500 if moment == "closed" else 0)
    else:
        until(casino, lambda one: "double" in one.actions, (ANN, "box1", 100))
    if moment == "doubled":
        casino.asks(ANN, act(casino, "double"))
    before = seen(casino)
    seed = casino.sealer.open(
        casino.ledger.tables.rounds[(TABLE, before.round)].sealed, round_seed(TableId(TABLE), before.round)
    )

    casino.restart()
    casino.host.wake(SEAT)
    casino.settle()

    after = seen(casino)
    assert (after.round, after.hands, after.dealer, after.step) == (
        before.round,
        before.hands,
        before.dealer,
        before.step,
    )
    finish(casino)
    ended = casino.ledger.tables.rounds[(TABLE, before.round)]
    assert ended.server_seed == seed
    first = msgpack.unpackb(ended.outcome or b"")["steps"][0]
    shoe = Shoe(HOUSE.decks, seed, ended.client_seed or "", before.round)
    assert first == ["deal", *shoe.cards(0, 3)]


def test_every_bet_of_a_round_can_be_recomputed_from_what_is_public() -> None:
    casino = seated()
    until(casino, lambda one: "double" in one.actions, (ANN, "box1", 100), (BEN, "box1", 35))
    casino.asks(ANN, act(casino, "double"))
    finish(casino)

    for bet in rows(casino):
        number = bet.round or 0
        row = casino.ledger.tables.rounds[(TABLE, number)]
        outcome = msgpack.unpackb(row.outcome or b"", use_list=False)
        params = {**msgpack.unpackb(bet.params, use_list=False), "played": outcome}
        found, payout = VERIFIABLE["blackjack"].recompute(
            row.server_seed or "", row.client_seed or "", number, params=params, stake=bet.stake
        )
        assert (found, payout) == (outcome, bet.payout)


def test_nobody_is_shown_a_card_that_is_face_down() -> None:
    casino = seated()
    view = until(casino, plays, (ANN, "box1", 100))
    sealed = casino.ledger.tables.rounds[(TABLE, view.round)].sealed
    seed = casino.sealer.open(sealed, round_seed(TableId(TABLE), view.round))
    closed = next(one for one in reversed(casino.events(f"table:{TABLE}")) if one["t"] == "blackjack.closed")
    shoe = Shoe(HOUSE.decks, seed, closed["client_seed"], view.round)

    shown = {str(one) for one in (view, seen(casino, BEN)) for one in (one.hands, one.dealer)}
    told = [one["steps"] for one in casino.events(f"table:{TABLE}") if one["t"] == "blackjack.played"][-1]

    assert len(view.dealer) == 1
    assert sum(len(step) - 1 for step in told if step[0] == "deal") == 3
    assert (*view.hands[0][2], *view.dealer) == (shoe.card(0), shoe.card(2), shoe.card(1))
    assert seed not in str(shown)
    assert all(seed not in str(one) for one in casino.events(f"table:{TABLE}"))


def test_a_stake_counts_against_what_the_house_may_lose_as_often_as_it_may_be_doubled_and_split() -> None:
    casino = seated(exposure_max=8 * 100)

    assert casino.asks(ANN, casino.table_bet(("box1", 101))).code is Code.EXPOSURE_LIMIT
    assert casino.asks(ANN, casino.table_bet(("box1", 100)))["t"] == "blackjack.placed"
    assert casino.asks(BEN, casino.table_bet(("box1", 10))).code is Code.EXPOSURE_LIMIT


def test_a_round_without_bets_deals_nothing() -> None:
    casino = seated()

    casino.wait(11_000)

    view = seen(casino)
    assert (view.phase, view.dealer, view.step) == ("settled", (), 0)


def test_boxes_that_are_not_there_are_refused() -> None:
    casino = seated()

    for spot in ("box6", "box0", "double1.0", "insure1"):
        answer = casino.asks(ANN, casino.table_bet((spot, 100)))
        assert isinstance(answer, Refusal)
        assert answer.code is Code.INVALID_BET
