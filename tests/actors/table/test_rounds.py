"""A table plays its rounds by the clock, and what it said it would draw is what it draws."""

import copy
from types import SimpleNamespace
from typing import Any

import msgpack
import pytest

from actors.fairness.commitment import commitment_of
from actors.fairness.entropy import client_seed_from
from actors.fairness.seal import round_seed
from actors.games.catalogue import VERIFIABLE
from actors.runtime.ref import Ref
from actors.table.table import BETS_PUSH_MS, IDLE_ROUNDS_MAX, STUCK_RETRY_MS
from persistence.interfaces import Unavailable
from protocol.commands import LobbyLook, Look, Watchers
from protocol.errors import CATALOGUE, Code
from protocol.games.roulette import RouletteUndo
from protocol.ids import PlayerId, TableId
from protocol.records import BetState
from protocol.replies import Done
from protocol.requests import Leave, Sit
from tests.support.casino import ANN, BEN, ROUND_MS, TABLE, Casino

WHEEL = Ref("table", TABLE)


def sit(casino: Casino, player: Any) -> Any:
    return casino.asks(player, Sit(id=casino.new_id(), table=TABLE))


@pytest.fixture
def casino() -> Casino:
    casino = Casino()
    casino.open(ANN, 10_000)
    casino.open(BEN, 10_000)
    sit(casino, ANN)
    return casino


def phases(casino: Casino) -> list[str]:
    return [event["t"].removeprefix("roulette.") for event in casino.events(f"table:{TABLE}")]


# --- the clock ---


def test_a_round_goes_through_its_phases_at_their_times_and_is_followed_by_the_next(casino: Casino) -> None:
    began = casino.now_ms
    casino.wait(2 * ROUND_MS)

    events = casino.events(f"table:{TABLE}")
    told = [(event["t"].removeprefix("roulette."), event["now_ms"] - began) for event in events]
    first = [("opened", 0), ("closed", 10_000), ("spun", 11_000), ("settled", 13_000)]
    assert told == [*first, *((name, at + ROUND_MS) for name, at in first), ("opened", 2 * ROUND_MS)]
    assert [event["round"] for event in events] == [1] * 4 + [2] * 4 + [3]


def test_nothing_is_played_where_nobody_sits_or_watches() -> None:
    casino = Casino()
    casino.host.wake(WHEEL)
    casino.settle()
    casino.wait(3 * ROUND_MS)

    assert casino.host.next_timer() is None
    assert casino.pushed_events == []


def test_a_round_is_played_for_those_who_only_watch(casino: Casino) -> None:
    casino.asks(ANN, Leave(id=casino.new_id(), table=TABLE))
    casino.wait(2 * ROUND_MS)
    assert phases(casino).count("opened") == 1
    casino.host.post(WHEEL, Watchers(1), None)
    casino.wait(ROUND_MS)
    assert phases(casino).count("opened") == 3


def test_a_table_wants_to_be_woken_once_however_often_it_is_disturbed(casino: Casino) -> None:
    for _ in range(100):
        casino.host.post(WHEEL, Watchers(1), None)
        sit(casino, ANN)
    messages = casino.host.counters.messages
    casino.wait(ROUND_MS - 1)

    assert casino.host.counters.messages - messages == 3


def test_a_table_that_was_away_for_long_goes_on_with_its_round_where_it_stopped(casino: Casino) -> None:
    casino.asks(ANN, casino.bet())
    casino.restart()
    casino.now_ms += 10 * ROUND_MS
    casino.host.wake(WHEEL)
    casino.settle()
    casino.wait(ROUND_MS - 10_000)

    assert phases(casino)[-4:] == ["closed", "spun", "settled", "opened"]
    assert [bet.state for bet in casino.ledger.tables.bets.values()] == [BetState.SETTLED]


# --- seats ---


def test_a_seat_is_taken_once_and_given_up(casino: Casino) -> None:
    assert isinstance(sit(casino, ANN), Done)
    assert casino.ask(WHEEL, LobbyLook())["seated"] == 1
    casino.asks(ANN, Leave(id=casino.new_id(), table=TABLE))
    assert casino.ask(WHEEL, LobbyLook())["seated"] == 0


def test_a_full_table_seats_nobody_more(casino: Casino) -> None:
    sit(casino, BEN)

    assert sit(casino, 3).code.name == "TABLE_FULL"


def test_who_was_told_that_every_seat_is_taken_may_ask_again_with_the_same_id(casino: Casino) -> None:
    sit(casino, BEN)
    request = Sit(id=casino.new_id(), table=TABLE)
    assert casino.asks(PlayerId(3), request).code is Code.TABLE_FULL
    assert not CATALOGUE[Code.TABLE_FULL].sticky
    casino.asks(BEN, Leave(id=casino.new_id(), table=TABLE))

    assert isinstance(casino.asks(PlayerId(3), request), Done)


def test_a_seat_whose_player_does_not_bet_for_long_is_free_again(casino: Casino) -> None:
    sit(casino, BEN)
    for _ in range(IDLE_ROUNDS_MAX + 1):
        casino.asks(BEN, casino.bet(10))
        casino.wait(ROUND_MS)

    assert casino.ask(WHEEL, Look(ANN)).seated is False
    assert casino.ask(WHEEL, Look(BEN)).seated is True


# --- chance ---


def test_a_round_is_committed_to_before_the_first_bet_and_its_seed_is_secret_until_it_is_drawn(casino: Casino) -> None:
    row = casino.ledger.tables.rounds[TABLE, 1]
    [opened] = casino.events(f"table:{TABLE}")
    server_seed = casino.sealer.open(row.sealed, round_seed(TableId(TABLE), 1))
    assert commitment_of(server_seed) == row.commitment == opened["commitment"]
    casino.wait(10_999)
    assert server_seed not in repr(casino.ledger.rows()) + repr(casino.pushed_events)
    casino.wait(1)
    assert casino.ledger.tables.rounds[TABLE, 1].server_seed == server_seed
    assert casino.events(f"table:{TABLE}")[-1]["server_seed"] == server_seed


def test_the_outcome_follows_from_the_seed_and_every_bets_entropy_even_of_bets_taken_back(casino: Casino) -> None:
    sit(casino, BEN)
    bets = [casino.bet(entropy="luck"), casino.bet(), casino.bet(entropy="chance")]
    for player, bet in zip((ANN, BEN, ANN), bets, strict=True):
        casino.asks(player, bet)
    casino.asks(ANN, RouletteUndo(id=casino.new_id(), table=TABLE))
    casino.wait(ROUND_MS)

    row = casino.ledger.tables.rounds[TABLE, 1]
    mixed = ["luck", bets[1].id.hex(), "chance"]
    assert msgpack.unpackb(row.contributions or b"") == mixed
    assert row.client_seed == client_seed_from(TableId(TABLE), 1, row.commitment, mixed)
    outcome, _ = VERIFIABLE["roulette"].recompute(
        row.server_seed or "", row.client_seed, 1, params={"variant": "european", "wagers": []}, stake=0
    )
    assert msgpack.unpackb(row.outcome or b"") == outcome


async def test_a_table_is_not_loaded_from_what_another_owner_wrote_while_it_was_read(casino: Casino) -> None:
    # Journal and rounds are two reads: here the rounds are read before the draw is written, or after it, but not both.
    casino.wait(10_500)
    behind = copy.deepcopy(casino.ledger)
    casino.wait(1_000)

    for journals, rounds in ((behind, casino.ledger), (casino.ledger, behind)):
        torn = SimpleNamespace(load_journals=journals.load_journals, newest_rounds=rounds.newest_rounds)
        if journals is behind:
            with pytest.raises(Unavailable, match="round 1"):
                await casino.kinds["table"].load(torn, [WHEEL])
        else:
            assert WHEEL in await casino.kinds["table"].load(torn, [WHEEL])


def test_a_table_that_cannot_go_on_does_not_ask_for_it_all_the_time(casino: Casino) -> None:
    casino.wait(10_500)
    casino.host.cells[WHEEL].actor._server_seed = None  # type: ignore[union-attr]
    casino.wait(500)
    messages = casino.host.counters.messages
    for _ in range(100):
        casino.host.run_timers()
    assert casino.host.counters.messages == messages
    casino.wait(10 * STUCK_RETRY_MS)
    assert casino.host.counters.messages - messages == 10


# --- what is shown ---


def test_bets_are_shown_in_bulk_and_in_their_round(casino: Casino) -> None:
    sit(casino, BEN)
    for player in (ANN, BEN, ANN):
        casino.asks(player, casino.bet(20))
    assert phases(casino) == ["opened"]
    casino.wait(BETS_PUSH_MS)

    shown = casino.events(f"table:{TABLE}")[-1]
    assert sorted((player, amount) for player, _, _, amount in shown["bets"]) == [(ANN, 40), (BEN, 20)]
    assert (shown["total"], shown["players"], shown["round"]) == (60, 2, 1)


def test_events_of_a_stream_are_numbered_and_a_snapshot_says_where_it_stands(casino: Casino) -> None:
    casino.asks(ANN, casino.bet())
    casino.wait(ROUND_MS)
    view = casino.ask(WHEEL, Look(ANN))

    events = casino.events(f"table:{TABLE}")
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert (view.epoch, view.seq) == (events[-1]["epoch"], events[-1]["seq"])


def test_a_viewer_sees_the_own_bets_and_the_table_but_not_the_bets_of_others(casino: Casino) -> None:
    bet = casino.bet(30)
    casino.asks(ANN, bet)
    mine, others = casino.ask(WHEEL, Look(ANN)), casino.ask(WHEEL, Look(None))

    assert (mine.mine, mine.seated) == (((bet.id, "red", 30),), True)
    assert (others.mine, others.seated) == ((), False)
    assert mine.spots == others.spots == {"red": 30}
