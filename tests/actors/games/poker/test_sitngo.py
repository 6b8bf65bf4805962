"""Sit-and-gos: who registers, when it begins, and what is refused."""

from typing import Any

import msgpack
import pytest

from actors.games.poker.events import (
    Act,
    BuyIn,
    SitIn,
    SitOut,
    StandUp,
    TopUp,
)
from actors.games.poker.state import State, dump
from actors.games.poker.table import deadline
from actors.games.poker.tournament_events import (
    Conclude,
    Opened,
    Register,
    Registered,
    TournamentBegan,
    Unregister,
    Unregistered,
)
from actors.games.poker.view import lobby_of, published, view
from actors.poker.journal import read_event, write_event
from protocol.errors import Code
from protocol.ids import PlayerId
from tests.support.poker import CALL, TIMING, deal_next, refusal, table_of, to, told
from tests.support.sitngo import STRUCTURE, registered, sitngo_rules
from tests.support.sitngo_steps import ended, fold_out, turn_of

ONE, TWO, THREE, NINE = PlayerId(1), PlayerId(2), PlayerId(3), PlayerId(9)
RULES = sitngo_rules()


def test_the_first_registration_opens_a_tournament_and_the_last_one_begins_it() -> None:
    state = State(RULES)

    assert told(state, Register(ONE, "a", 2, 1_100, 5)) == (
        Opened(1, STRUCTURE, 5), Registered(2, ONE, "a", 1_100, 5)
    )  # fmt: skip
    assert told(state, Register(TWO, "b", 0, 1_100, 6)) == (Registered(0, TWO, "b", 1_100, 6),)
    assert (state.money, state.chips, deadline(state)) == (2_200, 0, None)
    *_, began = told(state, Register(THREE, "c", 1, 1_100, 7))
    assert began == TournamentBegan(300, 7)
    assert (state.money, state.chips, deadline(state)) == (3_000, 4_500, 7 + TIMING.pause_ms)
    deal_next(state)
    assert all(map(state.plays, (0, 1, 2)))


def test_one_who_goes_before_it_begins_has_all_of_it_back() -> None:
    state = registered(RULES, 2)

    assert told(state, Unregister(TWO, 9)) == (Unregistered(1, TWO, 1_100, 9),)
    assert told(state, Unregister(TWO, 9)) == ()
    assert (state.money, sorted(state.seats)) == (1_100, [0])
    told(state, Register(TWO, "b", 2, 1_100, 9))
    assert state.seat_of(TWO) == 2


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (Register(ONE, "a", 2, 1_100, 0), Code.ILLEGAL_STEP),
        (Register(NINE, "i", 0, 1_100, 0), Code.ILLEGAL_STEP),
        (Register(NINE, "i", -1, 1_100, 0), Code.ILLEGAL_STEP),
        (Register(NINE, "i", 2, 1_099, 0), Code.ILLEGAL_STEP),
        (Register(NINE, "i", 3, 1_100, 0), Code.TABLE_FULL),
        (BuyIn(NINE, "i", 2, 1_100, 0), Code.ILLEGAL_STEP),
        (TopUp(ONE, 100, 0), Code.ILLEGAL_STEP),
        (StandUp(ONE, 0), Code.ILLEGAL_STEP),
        (SitOut(ONE, 0), Code.ILLEGAL_STEP),
        (Act(ONE, 1, 0, CALL, 0), Code.BETTING_CLOSED),
        (Act(NINE, 1, 0, CALL, 0), Code.NOT_SEATED),
    ],
)
def test_what_cannot_be_done_before_it_begins_is_refused(command: Any, code: Code) -> None:
    state = registered(RULES, 2)
    before = dump(state)

    assert refusal(state, command).code == code
    assert dump(state) == before


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (Register(NINE, "i", 0, 1_100, 0), Code.TABLE_FULL),
        (Register(ONE, "a", 0, 1_100, 0), Code.ILLEGAL_STEP),
        (Unregister(ONE, 0), Code.ILLEGAL_STEP),
        (BuyIn(NINE, "i", 2, 1_100, 0), Code.ILLEGAL_STEP),
        (TopUp(ONE, 100, 0), Code.ILLEGAL_STEP),
        (StandUp(ONE, 0), Code.ILLEGAL_STEP),
        (SitOut(ONE, 0), Code.ILLEGAL_STEP),
        (SitIn(NINE, True, 0), Code.NOT_SEATED),
        (Act(NINE, 1, 0, CALL, 0), Code.NOT_SEATED),
        (Act(ONE, 2, 0, CALL, 0), Code.BETTING_CLOSED),
        (Act(ONE, 1, 1, CALL, 0), Code.OUT_OF_TURN),
        (Act(TWO, 1, 0, CALL, 0), Code.OUT_OF_TURN),
        (Act(ONE, 1, 0, to(199), 0), Code.ILLEGAL_STEP),
        (Act(ONE, 1, 0, to(1_501), 0), Code.ILLEGAL_STEP),
    ],
)
def test_what_cannot_be_done_while_it_is_played_is_refused(command: Any, code: Code) -> None:
    state = registered(RULES)
    deal_next(state)
    assert turn_of(state)[1] == ONE
    before = dump(state)

    assert refusal(state, command).code == code
    assert dump(state) == before


def test_one_who_is_out_may_not_register_until_it_is_over() -> None:
    state = ended(registered(RULES), {0: 1_000, 1: 2_000, 2: 1_500}, {0: 0, 1: 3_000, 2: 1_500})
    told(state, Conclude(9))

    assert refusal(state, Register(ONE, "a", 0, 1_100, 9)).code == Code.TABLE_FULL


def test_nobody_registers_at_a_cash_table_and_nothing_is_concluded_there() -> None:
    state = table_of([1_000, 1_000])

    assert refusal(state, Register(NINE, "i", 3, 1_000, 0)).code == Code.ILLEGAL_STEP
    assert refusal(state, Unregister(ONE, 0)).code == Code.ILLEGAL_STEP
    assert told(state, Conclude(0)) == ()


def test_everybody_is_told_of_registrations_and_of_the_beginning() -> None:
    state = State(RULES)
    shown: list[Any] = []
    for player in (ONE, TWO, THREE):
        for event in told(state, Register(player, f"p{player}", player - 1, 1_100, 5)):
            shown += published(state, event, "table:river", 1, len(shown) + 1)
    tags = [one.t for one in shown]

    assert tags == ["poker.seated", "sitngo.changed"] * 3 + ["poker.seated"] * 3 + ["sitngo.changed"]
    assert [one.seq for one in shown] == list(range(1, len(shown) + 1))
    assert [one.tournament.left for one in shown if one.t == "sitngo.changed"] == [1, 2, 3, 3]
    last = shown[-1].tournament
    assert (last.phase, last.blinds, last.next_blinds) == ("playing", (50, 100, 0), (100, 200, 25))
    assert (last.next_level_hand, last.places, last.finished) == (5, (), ())


def test_a_snapshot_has_the_blinds_of_the_level_and_the_lobby_the_price() -> None:
    state = registered(sitngo_rules(level_hands=1))
    assert lobby_of(registered(RULES, 1))["phase"] == "registering"
    for _ in range(2):
        deal_next(state)
        fold_out(state)
    shown = view(state, ONE, "table:river", 1, 1, now=0)
    assert shown.tournament is not None

    assert (shown.small_blind, shown.big_blind, shown.tournament.level) == (100, 200, 1)
    lobby = lobby_of(state)
    assert (lobby["game"], lobby["min_bet"], lobby["max_bet"], lobby["phase"]) == ("sitngo", 1_100, 1_100, "playing")


def test_a_hand_that_was_written_down_before_there_were_levels_is_of_the_first() -> None:
    state = table_of([1_000, 1_000])
    (dealt,) = deal_next(state)
    name, (deal, *others) = msgpack.unpackb(write_event(dealt), use_list=False)
    assert len(deal) == 6

    assert read_event(msgpack.packb((name, (deal[:5], *others)))) == dealt
