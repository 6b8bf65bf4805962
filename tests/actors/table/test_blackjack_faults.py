"""Blackjack at a table when things go wrong: wherever a player has to choose, and by any order of acts."""

from collections.abc import Callable
from typing import Any, Final

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.fairness.seal import round_seed
from actors.games.blackjack.cards import Shoe
from actors.games.catalogue import VERIFIABLE
from actors.wallet.recall import NO_POSITION
from protocol.errors import Code, Refusal
from protocol.ids import PlayerId, TableId
from protocol.records import BetState
from protocol.requests import Leave, Sit
from tests.support.blackjack_table import (
    BLACKJACK,
    FUNDS,
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
from tests.support.casino import ANN, BEN, TABLE, Casino

OVER: Final = frozenset({BetState.SETTLED, BetState.RETURNED})
Wanted = Callable[[Any], bool]


def may(action: str) -> Wanted:
    """Rounds in which this may be done by who is to choose first."""
    return lambda view: action in view.actions


POINTS: Final[dict[str, tuple[Wanted, tuple[str, ...]]]] = {
    "insurance": (may("insure"), ()),
    "insured": (may("insure"), ("insure",)),
    "first cards": (may("double"), ()),
    "hit": (may("double"), ("hit",)),
    "doubled": (may("double"), ("double",)),
    "split": (may("split"), ("split",)),
    "second half": (may("split"), ("split", "stand")),
}
"""By name: what round is waited for, and what its player has done when something goes wrong."""
at_every_point = pytest.mark.parametrize("point", sorted(POINTS))


def reached(point: str, **rules: Any) -> tuple[Casino, Any]:
    """Ann has come to this point; a step that the cards have made needless is left out."""
    wanted, actions = POINTS[point]
    casino = seated(**rules)
    until(casino, wanted, (ANN, "box1", 100))
    for action in actions:
        if action in seen(casino).actions:
            assert not isinstance(casino.asks(ANN, act(casino, action)), Refusal)
    return casino, seen(casino)


def again(casino: Casino) -> None:
    """The process is killed, and another one goes on with the table."""
    casino.restart()
    casino.host.wake(SEAT)
    casino.settle()


def seed_of(casino: Casino, number: int) -> str:
    """The server seed, as only the table knows it before the round is over."""
    sealed = casino.ledger.tables.rounds[TABLE, number].sealed
    return casino.sealer.open(sealed, round_seed(TableId(TABLE), number))


def assert_right(casino: Casino) -> None:
    """Every bet is over, what went in came out, and everything follows from what is recorded."""
    bets = rows(casino)
    assert {bet.state for bet in bets} <= OVER
    house = sum(bet.stake - (bet.payout or 0) for bet in bets if bet.state == BetState.SETTLED)
    balances = [casino.balance(player) for player in (ANN, BEN)]
    assert sum(posted for posted, _ in balances) + house == 2 * FUNDS
    assert [held for _, held in balances] == [0, 0]
    for bet in bets:
        row = casino.ledger.tables.rounds[TABLE, bet.round or 0]
        if bet.state == BetState.SETTLED:
            outcome = msgpack.unpackb(row.outcome or b"", use_list=False)
            found = VERIFIABLE["blackjack"].recompute(
                row.server_seed or "",
                row.client_seed or "",
                row.round,
                params={**msgpack.unpackb(bet.params), "played": outcome},
                stake=bet.stake,
            )
            assert found == (outcome, bet.payout)


# --- at every point ---


@at_every_point
def test_a_player_whose_time_runs_out_is_played_for_and_puts_no_money_down(point: str) -> None:
    casino, view = reached(point)
    held = casino.balance(ANN)[1]

    casino.wait(TURN_MS)
    late = casino.asks(ANN, act(casino, "stand", 1, view.step))
    assert isinstance(late, Refusal)
    assert casino.balance(ANN)[1] in (held, 0)
    finish(casino)

    assert sum(bet.stake for bet in last_rows(casino, view.round)) == held
    assert_right(casino)


@at_every_point
def test_a_killed_table_goes_on_with_the_same_hands_and_comes_to_the_same(point: str) -> None:
    ends = []
    for dies in (False, True):
        casino, view = reached(point)
        seed = seed_of(casino, view.round)
        if dies:
            again(casino)
            after = seen(casino)
            assert (after.hands, after.dealer, after.step, after.turn) == (
                view.hands,
                view.dealer,
                view.step,
                view.turn,
            )
        finish(casino)
        assert casino.ledger.tables.rounds[TABLE, view.round].server_seed == seed
        ends.append(msgpack.unpackb(casino.ledger.tables.rounds[TABLE, view.round].outcome or b""))
        assert_right(casino)
    assert ends[0] == ends[1]


@at_every_point
def test_who_left_may_come_back_and_go_on(point: str) -> None:
    casino, view = reached(point)
    casino.asks(ANN, Leave(id=casino.new_id(), table=TABLE))
    request = act(casino, "stand" if plays(view) else "decline", 1)
    assert casino.asks(ANN, request).code is Code.NOT_SEATED
    casino.asks(ANN, Sit(id=casino.new_id(), table=TABLE))

    if view.actions:
        assert casino.asks(ANN, act(casino, "stand" if plays(view) else "decline", 1))["t"] == "blackjack.acted"
    finish(casino)
    assert_right(casino)


@at_every_point
def test_nobody_else_chooses_and_nothing_is_chosen_twice(point: str) -> None:
    casino, view = reached(point)
    for action in ("hit", "stand", "double", "split", "surrender", "insure", "decline"):
        assert isinstance(casino.asks(BEN, act(casino, action, 1)), Refusal)
        assert isinstance(casino.asks(ANN, act(casino, action, 2)), Refusal)
        if action not in view.actions:
            assert isinstance(casino.asks(ANN, act(casino, action, 1)), Refusal)
    assert (seen(casino).step, seen(casino).hands) == (view.step, view.hands)

    if view.actions:
        first, second = (act(casino, view.actions[0], 1) for _ in range(2))
        assert not isinstance(casino.asks(ANN, first), Refusal)
        assert casino.asks(ANN, second).code is Code.OUT_OF_TURN
    finish(casino)
    assert_right(casino)


@at_every_point
def test_when_the_round_is_over_nothing_of_it_can_be_done(point: str) -> None:
    casino, view = reached(point)
    while seen(casino).phase == "playing":
        casino.wait(1_000)

    for action in ("hit", "stand", "double", "split", "surrender", "insure", "decline"):
        assert casino.asks(ANN, act(casino, action, 1)).code is Code.OUT_OF_TURN
    finish(casino)
    assert casino.asks(ANN, act(casino, "stand", 1, view.step)).code is Code.OUT_OF_TURN
    assert_right(casino)


@pytest.mark.parametrize(("action", "said"), [("hit", "acted"), ("double", "raised"), ("split", "raised")])
@pytest.mark.parametrize("is_over", [False, True], ids=["in the round", "after it"])
def test_an_act_that_is_repeated_after_a_restart_has_its_first_answer(action: str, said: str, is_over: bool) -> None:
    casino = seated()
    until(casino, may(action), (ANN, "box1", 100))
    request = act(casino, action, 1)
    answer = casino.asks(ANN, request)
    assert answer["t"] == f"blackjack.{said}"
    if is_over:
        finish(casino)
    again(casino)

    repeated = casino.asks(ANN, request)

    in_streams = {name: NO_POSITION for name in ("epoch", "seq") if name in answer}
    assert repeated == {**answer, **in_streams}


# --- amounts ---


@pytest.mark.parametrize("action", ["double", "split", "insure"])
def test_what_cannot_be_paid_for_changes_nothing_and_the_turn_goes_on(action: str) -> None:
    casino = seated()
    view = until(casino, may(action), (ANN, "box1", 1_000))
    posted, held = casino.balance(ANN)
    casino.move(ANN, -(posted - held - 499))

    assert casino.asks(ANN, act(casino, action, 1)).code is Code.INSUFFICIENT_FUNDS
    assert (seen(casino).step, seen(casino).hands, casino.balance(ANN)[1]) == (view.step, view.hands, held)
    assert casino.asks(ANN, act(casino, "decline" if action == "insure" else "stand"))["t"] == "blackjack.acted"


def test_half_of_the_smallest_stake_is_nothing_to_insure_with() -> None:
    casino = seated(min_bet=1)
    until(casino, may("insure"), (ANN, "box1", 1))

    refusal = casino.asks(ANN, act(casino, "insure", 1))

    assert (refusal.code, refusal.evidence["why"]) == (Code.ILLEGAL_STEP, "stake_too_small")
    assert casino.balance(ANN)[1] == 1


@pytest.mark.parametrize(
    ("wagers", "code"),
    [
        ((("box1", 9),), Code.BET_BELOW_MINIMUM),
        ((("box1", 1_001),), Code.BET_ABOVE_MAXIMUM),
        ((("box1", 800), ("box2", 800), ("box3", 401)), Code.TABLE_LIMIT),
        ((("box1", 50), ("box6", 50)), Code.INVALID_BET),
        ((("split1.1", 50),), Code.INVALID_BET),
    ],
)
def test_illegal_amounts_and_places_hold_nothing(wagers: tuple[tuple[str, int], ...], code: Code) -> None:
    casino = seated(exposure_max=10**9)

    assert casino.asks(ANN, casino.table_bet(*wagers)).code is code
    assert casino.balance(ANN) == (FUNDS, 0)
    assert rows(casino) == []


def test_a_bet_behind_that_makes_a_box_too_much_for_its_player_is_refused() -> None:
    casino = seated()
    casino.asks(ANN, casino.table_bet(("box1", 600)))

    assert casino.asks(ANN, casino.table_bet(("box1", 401))).code is Code.BET_ABOVE_MAXIMUM
    assert casino.asks(BEN, casino.table_bet(("box1", 401)))["stake"] == 401


def test_a_bet_is_refused_whose_hands_could_cost_the_house_more_than_it_is_ready_to_lose() -> None:
    casino = seated(exposure_max=1_000 * HOUSE.stakes_max)
    casino.asks(ANN, casino.table_bet(("box1", 600)))
    too_much = casino.table_bet(("box2", 401))
    refused = casino.asks(BEN, too_much)
    casino.asks(ANN, casino.clear())

    assert (refused.code, refused.evidence["exposure"]) == (Code.EXPOSURE_LIMIT, 1_001 * HOUSE.stakes_max)
    assert casino.asks(BEN, too_much) == refused
    assert casino.asks(BEN, casino.table_bet(("box2", 1_000)))["stake"] == 1_000
    assert casino.balance(BEN)[1] == 1_000


# --- whatever is done ---

PLAYERS = st.sampled_from([ANN, BEN])
BOX = st.integers(1, 5)
ACTIONS = st.sampled_from(["hit", "stand", "double", "split", "surrender", "insure", "decline"])
ACTS = st.one_of(
    st.tuples(st.just("bet"), PLAYERS, BOX, st.integers(10, 400)),
    st.tuples(st.just("in turn"), st.integers(0, 6)),
    st.tuples(st.just("in turn"), st.integers(0, 6)),
    st.tuples(st.just("any"), PLAYERS, BOX, ACTIONS, st.integers(0, 9)),
    st.tuples(st.sampled_from(["undo", "clear", "leave", "sit"]), PLAYERS),
    st.tuples(st.just("wait"), st.integers(1, 6_000)),
    st.tuples(st.just("deal")),
    st.tuples(st.sampled_from(["die", "sleep"])),
)


def done(casino: Casino, what: tuple[Any, ...]) -> None:
    match what:
        case ("bet", player, box, amount):
            casino.asks(player, casino.table_bet((f"box{box}", amount), entropy="luck"))
        case ("in turn", number):
            view = seen(casino)
            if view.actions:
                casino.asks(PlayerId(view.player), act(casino, view.actions[number % len(view.actions)]))
        case ("any", player, box, action, step):
            casino.asks(player, act(casino, action, box, step))
        case ("undo" | "clear" as word, player):
            casino.asks(player, casino.undo() if word == "undo" else casino.clear())
        case ("leave" | "sit" as word, player):
            kind = Leave if word == "leave" else Sit
            casino.asks(player, kind(id=casino.new_id(), table=TABLE))
        case ("wait", ms):
            casino.wait(ms)
        case ("deal",):
            if seen(casino).phase in ("betting", "closed"):
                casino.wait(11_000)
        case ("die",):
            before = [shown(casino, viewer) for viewer in (ANN, BEN, None)]
            again(casino)
            assert [shown(casino, viewer) for viewer in (ANN, BEN, None)] == before, "what is replayed is what was"
        case ("sleep",):
            casino.host.sweep()


def shown(casino: Casino, viewer: PlayerId | None) -> dict[str, Any]:
    """What a viewer sees of the table, without the numbers of the stream."""
    fields: dict[str, Any] = seen(casino, viewer).model_dump()
    return {name: value for name, value in fields.items() if name not in ("seq", "epoch", "now_ms")}


def assert_nothing_leaks(casino: Casino) -> None:
    """Of the shoe of this round, everybody is shown what its steps told, and its seed nobody is."""
    view = seen(casino)
    if view.phase not in ("betting", "closed", "playing"):
        return
    seed = seed_of(casino, view.round)
    events = casino.events(f"table:{TABLE}")
    everything = [*map(repr, events), *(repr(seen(casino, viewer)) for viewer in (ANN, BEN, None))]
    assert not any(seed in one for one in everything)
    if view.phase != "playing":
        assert (view.hands, view.dealer) == ((), ())
        return
    client_seed = next(one["client_seed"] for one in reversed(events) if one["t"] == "blackjack.closed")
    shoe, boxes = Shoe(HOUSE.decks, seed, client_seed, view.round), len(view.owners)
    told = [
        step for one in events if one["t"] == "blackjack.played" and one["round"] == view.round for step in one["steps"]
    ]
    cards = [card for step in told if step[0] != "peek" for card in step[1 if step[0] == "deal" else 2 :]]
    in_hands = [card for _, _, hand, _ in view.hands for card in hand]
    hole = 2 * boxes + 1
    out = [shoe.card(place) for place in range(len(cards) + 1) if place != hole]
    assert cards == out
    assert view.dealer == (shoe.card(boxes),)
    assert sorted([*in_hands, *view.dealer]) == sorted(out)


@settings(max_examples=40, deadline=None)
@given(acts=st.lists(ACTS, min_size=5, max_size=40))
def test_whatever_is_done_what_went_in_came_out_and_nobody_saw_a_card_too_early(acts: list[tuple[Any, ...]]) -> None:
    casino = Casino(rules={**BLACKJACK, "exposure_max": 10**6})
    for player in (ANN, BEN):
        casino.open(player, FUNDS)
        casino.asks(player, Sit(id=casino.new_id(), table=TABLE))
    for what in acts:
        done(casino, what)
        assert_nothing_leaks(casino)
    for player in (ANN, BEN):
        casino.asks(player, Sit(id=casino.new_id(), table=TABLE))
    finish(casino)
    finish(casino)

    assert_right(casino)
