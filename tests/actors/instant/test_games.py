"""A game of several steps, mines: bound when it begins, one answer for each step, and finished once."""

from typing import Any

import msgpack
import pytest

from actors.games.catalogue import STEP_GAMES
from actors.games.mines import paid_for
from actors.instant.journal import journal_of, read_steps
from actors.runtime.ref import Ref
from protocol.errors import Code, Refusal
from protocol.games.steps import STEP_MS_MAX
from protocol.ids import BetId
from protocol.records import BetState, TransferKind
from protocol.requests import ListOpen, RotateSeeds
from tests.support.casino import ANN, BEN, Casino
from tests.support.mines import cash_out, mines_bet, next_mines, reveal, safe_tiles
from tests.support.simulation_oracle import plain

FUNDS = 1_000_000


@pytest.fixture
def casino() -> Casino:
    casino = Casino()
    casino.open(ANN, FUNDS)
    return casino


def begun(casino: Casino, mines: int = 3, amount: int = 100) -> tuple[bytes, tuple[int, ...]]:
    """A game that was begun, and where its mines are."""
    positions = next_mines(casino, ANN, mines)
    answer = casino.asks(ANN, mines_bet(casino, amount, mines))
    assert answer["t"] == "mines.state", answer
    return answer["bet"], positions


def opened(casino: Casino) -> tuple[Any, ...]:
    games: tuple[Any, ...] = casino.asks(ANN, ListOpen(id=casino.new_id())).games
    return games


def bet_row(casino: Casino, bet: bytes) -> Any:
    return casino.ledger.tables.bets[BetId(bet)]


# --- a game ---


def test_a_game_begins_with_its_stake_held_and_its_draw_used_in_one_batch(casino: Casino) -> None:
    opened(casino)
    batches = len(casino.batches)
    request = mines_bet(casino, 250)
    answer = casino.asks(ANN, request)

    assert len(casino.batches) == batches + 1
    assert casino.balance(ANN) == (FUNDS, 250)
    row = bet_row(casino, request.id)
    assert (row.state, row.stake, row.payout, row.seed, row.nonce) == (BetState.OPEN, 250, None, 1, 0)
    assert (answer["bet"], answer["step"], answer["over"], answer["payout"]) == (request.id, 0, False, 0)
    assert answer["closes_at_ms"] == casino.now_ms + STEP_MS_MAX
    assert casino.asks(ANN, casino.dice())["nonce"] == 1


def test_whoever_stops_in_time_is_paid_in_the_batch_of_that_step(casino: Casino) -> None:
    bet, mines = begun(casino)
    for step, tile in enumerate(safe_tiles(mines)[:4]):
        answer = casino.asks(ANN, reveal(casino, bet, step, tile))
        assert (answer["over"], answer["step"], answer.get("positions")) == (False, step + 1, None)
    batches = len(casino.batches)
    answer = casino.asks(ANN, cash_out(casino, bet, 4))

    payout = paid_for(100, 3, 4)
    assert len(casino.batches) == batches + 1
    assert (answer["over"], answer["payout"], answer["positions"]) == (True, payout, mines)
    assert casino.balance(ANN) == (FUNDS - 100 + payout, 0)
    kinds = [one.kind for one in casino.ledger.tables.transfers.values() if one.ref == bet]
    assert kinds == [TransferKind.STAKE, TransferKind.WIN]
    assert (bet_row(casino, bet).state, bet_row(casino, bet).payout) == (BetState.SETTLED, payout)
    assert opened(casino) == ()


def test_a_mine_takes_the_stake(casino: Casino) -> None:
    bet, mines = begun(casino)
    answer = casino.asks(ANN, reveal(casino, bet, 0, mines[0]))

    assert (answer["over"], answer["payout"], answer["multiplier"]) == (True, 0, 0)
    assert casino.balance(ANN) == (FUNDS - 100, 0)


def test_what_was_played_is_written_step_by_step_and_can_be_computed_again(casino: Casino) -> None:
    bet, mines = begun(casino)
    tiles = safe_tiles(mines)[:2]
    for step, tile in enumerate(tiles):
        casino.asks(ANN, reveal(casino, bet, step, tile))
    casino.asks(ANN, cash_out(casino, bet, 2))
    rotated = casino.asks(ANN, RotateSeeds(id=casino.new_id(), client_seed="next"))

    journal = casino.ledger.load_journals_now([journal_of(BetId(bet))])
    steps = read_steps(journal[journal_of(BetId(bet))].events)
    assert [one.step for one in steps] == [*(("reveal", tile) for tile in tiles), ("cash_out",)]
    row = bet_row(casino, bet)
    outcome, payout = STEP_GAMES["mines"].recompute(
        rotated["revealed_server_seed"],
        rotated["revealed_client_seed"],
        row.nonce,
        params={**msgpack.unpackb(row.params), "steps": [one.step for one in steps]},
        stake=row.stake,
    )
    assert (outcome, payout) == (steps[-1].outcome, row.payout)


def test_the_wallet_is_told_to_all_who_watch_it(casino: Casino) -> None:
    bet, mines = begun(casino)
    casino.asks(ANN, reveal(casino, bet, 0, mines[0]))

    events = [one for one in casino.events(f"wallet:{ANN}") if one["t"] == "wallet.changed"]
    assert [(one["reason"], one["ref"], one["held"]) for one in events[-2:]] == [("hold", bet, 100), ("settle", bet, 0)]


def test_nothing_that_leaves_before_the_end_tells_where_the_mines_are(casino: Casino) -> None:
    bet, mines = begun(casino)
    answer = casino.asks(ANN, reveal(casino, bet, 0, safe_tiles(mines)[0]))

    row = bet_row(casino, bet)
    for said in (answer, opened(casino)[0], msgpack.unpackb(row.outcome)):
        assert "positions" not in said
    assert "positions" not in repr(casino.events(f"wallet:{ANN}"))
    [entry] = casino.ledger.tables.journal.values()
    assert b"positions" not in entry.event


# --- one answer for each id ---


@pytest.mark.parametrize("between", ["nothing", "restart", "the end", "the end and a restart"])
def test_a_start_and_each_step_have_one_answer_for_ever(casino: Casino, between: str) -> None:
    mines = next_mines(casino, ANN)
    start = mines_bet(casino)
    first, second = (reveal(casino, start.id, step, tile) for step, tile in enumerate(safe_tiles(mines)[:2]))
    end = cash_out(casino, start.id, 2)
    asked = [start, first, second, end] if "end" in between else [start, first, second]
    answers = [plain(casino.asks(ANN, request)) for request in asked]
    if "restart" in between:
        casino.restart()
    money = casino.balance(ANN)

    assert [plain(casino.asks(ANN, request)) for request in asked] == answers
    assert casino.balance(ANN) == money


def test_a_step_with_the_id_of_another_is_refused(casino: Casino) -> None:
    bet, mines = begun(casino)
    first = reveal(casino, bet, 0, safe_tiles(mines)[0])
    casino.asks(ANN, first)

    other = reveal(casino, bet, 1, safe_tiles(mines)[1], id=first.id)  # type: ignore[arg-type]
    assert casino.asks(ANN, other) == Refusal(Code.ID_REUSED)
    assert opened(casino)[0]["step"] == 1


# --- what is refused, and stays refused ---


def test_a_second_game_of_the_kind_waits_for_the_first(casino: Casino) -> None:
    bet, mines = begun(casino)
    second = mines_bet(casino)

    assert casino.asks(ANN, second).code is Code.GAME_OPEN
    casino.asks(ANN, reveal(casino, bet, 0, mines[0]))
    assert casino.asks(ANN, second).code is Code.GAME_OPEN
    assert casino.asks(ANN, mines_bet(casino))["nonce"] == 1


def test_a_step_of_another_moment_is_refused_even_when_its_moment_comes(casino: Casino) -> None:
    bet, mines = begun(casino)
    first, second, third = safe_tiles(mines)[:3]
    early = reveal(casino, bet, 1, second)

    assert casino.asks(ANN, early).code is Code.OUT_OF_TURN
    casino.asks(ANN, reveal(casino, bet, 0, first))
    assert casino.asks(ANN, early).code is Code.OUT_OF_TURN
    assert casino.asks(ANN, reveal(casino, bet, 0, third)).code is Code.OUT_OF_TURN
    assert opened(casino)[0]["revealed"] == (first,)


def test_a_step_against_the_rules_is_refused_and_changes_nothing(casino: Casino) -> None:
    bet, mines = begun(casino)

    assert casino.asks(ANN, cash_out(casino, bet, 0)).code is Code.ILLEGAL_STEP
    casino.asks(ANN, reveal(casino, bet, 0, safe_tiles(mines)[0]))
    assert casino.asks(ANN, reveal(casino, bet, 1, safe_tiles(mines)[0])).code is Code.ILLEGAL_STEP
    assert opened(casino)[0]["step"] == 1


def test_a_game_that_is_over_or_anothers_has_no_more_steps(casino: Casino) -> None:
    casino.open(BEN, FUNDS)
    bet, mines = begun(casino)

    assert casino.asks(BEN, reveal(casino, bet, 0, safe_tiles(mines)[0])).code is Code.NO_SUCH_GAME
    casino.asks(ANN, reveal(casino, bet, 0, mines[0]))
    assert casino.asks(ANN, reveal(casino, bet, 1, safe_tiles(mines)[0])).code is Code.NO_SUCH_GAME
    assert casino.balance(BEN) == (FUNDS, 0)


def test_a_seed_is_not_revealed_while_a_game_is_drawn_from_it(casino: Casino) -> None:
    bet, mines = begun(casino)
    early = RotateSeeds(id=casino.new_id(), client_seed="mine")

    assert casino.asks(ANN, early).code is Code.SEED_IN_USE
    casino.asks(ANN, reveal(casino, bet, 0, mines[0]))
    assert casino.asks(ANN, early).code is Code.SEED_IN_USE
    assert casino.asks(ANN, RotateSeeds(id=casino.new_id(), client_seed="mine"))["revealed_bets"] == 1


def test_a_stake_that_is_held_cannot_be_staked_again(casino: Casino) -> None:
    casino.move(ANN, 100 - FUNDS)
    begun(casino)

    assert casino.asks(ANN, casino.dice(10)).code is Code.INSUFFICIENT_FUNDS


# --- time, sleep and crashes ---


@pytest.mark.parametrize("revealed", [0, 1, 5])
def test_a_player_who_is_late_is_paid_what_is_there(casino: Casino, revealed: int) -> None:
    bet, mines = begun(casino)
    for step, tile in enumerate(safe_tiles(mines)[:revealed]):
        casino.asks(ANN, reveal(casino, bet, step, tile))
    casino.wait(STEP_MS_MAX - 1)
    assert casino.balance(ANN) == (FUNDS, 100)
    casino.wait(1)

    payout = paid_for(100, 3, revealed) if revealed else 100
    assert casino.balance(ANN) == (FUNDS - 100 + payout, 0)
    assert casino.asks(ANN, cash_out(casino, bet, revealed)).code is Code.NO_SUCH_GAME


def test_every_step_gives_the_player_more_time(casino: Casino) -> None:
    bet, mines = begun(casino)
    for step, tile in enumerate(safe_tiles(mines)[:3]):
        casino.wait(STEP_MS_MAX - 1)
        casino.asks(ANN, reveal(casino, bet, step, tile))
    casino.wait(STEP_MS_MAX - 1)

    assert casino.asks(ANN, cash_out(casino, bet, 3))["payout"] == paid_for(100, 3, 3)


def test_a_host_that_was_away_finishes_the_game_of_a_late_player_when_it_is_back(casino: Casino) -> None:
    bet, mines = begun(casino)
    casino.asks(ANN, reveal(casino, bet, 0, safe_tiles(mines)[0]))
    casino.now_ms += STEP_MS_MAX + 1
    casino.restart()
    casino.host.wake(Ref("wallet", ANN))
    casino.settle()
    casino.wait(1)

    assert casino.balance(ANN) == (FUNDS - 100 + paid_for(100, 3, 1), 0)


def test_an_open_game_does_not_sleep(casino: Casino) -> None:
    begun(casino)
    casino.sleep()
    loads = len(casino.loads)

    assert len(opened(casino)) == 1
    assert len(casino.loads) == loads


def test_an_open_game_is_there_after_a_restart_as_it_was(casino: Casino) -> None:
    bet, mines = begun(casino)
    casino.asks(ANN, reveal(casino, bet, 0, safe_tiles(mines)[0]))
    before = plain(opened(casino))
    casino.restart()

    assert plain(opened(casino)) == before
