"""A share of stakes goes to pools that nobody else touches, and a bet that wins one is paid what is in it, once."""

from dataclasses import replace

import pytest

from actors.fairness.jackpot import levels_won
from actors.jackpots.feeder import REPORT_MS
from actors.jackpots.plan import Entries, Level, Plan
from actors.runtime.placement import shard_of
from actors.runtime.ref import Ref
from protocol.games.mines import MinesBet, MinesCashOut, MinesReveal
from protocol.ids import BetId, PlayerId
from protocol.records import TransferKind
from protocol.requests import RotateSeeds, Sit
from tests.support.casino import ANN, BEN, PLAY, ROUND_MS, TABLE
from tests.support.hand_driven import SHARDS
from tests.support.jackpot_hall import Hall
from tests.support.jackpots import GRAND, MINI, POT, liability, moved, pools_won

SURE = Level("sure", 100_000, 1, 700, 10**9)
NEVER = Level("never", 100_000, 10**15, 1_000, 1_500)


def plan_of(*levels: Level) -> Plan:
    return replace(POT, levels=levels)


def test_the_house_begins_each_pool_with_its_seed() -> None:
    hall = Hall()

    assert moved(hall.ledger, TransferKind.JACKPOT_SEED) == [MINI.seed, GRAND.seed]
    assert liability(hall.ledger) == MINI.seed + GRAND.seed
    hall.restart()
    hall.settle()
    assert liability(hall.ledger) == MINI.seed + GRAND.seed


def test_a_feeder_is_on_the_shard_of_the_players_it_is_for() -> None:
    entries = Entries([POT], SHARDS)
    for number in range(1, 100):
        player = PlayerId(number)
        [feeder] = {entry.feeder for entry in entries.of(player).values()}
        assert shard_of(feeder, SHARDS) == shard_of(Ref("wallet", player), SHARDS)
        assert feeder in entries.actors()


def test_what_is_less_than_a_unit_is_kept_for_the_next_bet() -> None:
    hall = Hall(plan_of(replace(NEVER, share=10_000)))
    for _ in range(9):
        hall.asks(ANN, hall.dice(10))
    assert moved(hall.ledger, TransferKind.CONTRIBUTION) == []
    before = len(hall.batches)
    hall.wait(10 * REPORT_MS)
    assert len(hall.batches) == before, "nothing is said of less than a unit"

    hall.asks(ANN, hall.dice(10))

    assert moved(hall.ledger, TransferKind.CONTRIBUTION) == [1]


def test_a_bet_says_what_it_has_won_and_its_wallet_is_paid_what_was_in_the_pool() -> None:
    hall = Hall(plan_of(SURE))
    before = hall.balance(ANN)[0]

    settled = hall.asks(ANN, hall.dice(1_000))

    assert settled["jackpot"] == {"t": "jackpot.draw", "jackpot": "pot", "won": ("sure",)}
    assert moved(hall.ledger, TransferKind.JACKPOT_WIN) == [700 + 100]
    assert hall.balance(ANN)[0] == before - 1_000 + settled["payout"] + 800
    told = hall.events(f"wallet:{ANN}")[-1]
    assert (told["reason"], told["ref"], told["available"]) == ("jackpot_win", settled["id"], hall.balance(ANN)[0])
    assert (hall.pools()["sure"].amount, hall.pools()["sure"].last_amount, hall.pools()["sure"].wins) == (700, 800, 1)


def test_of_two_who_win_at_one_instant_the_second_takes_what_the_pool_has_begun_anew_with() -> None:
    hall = Hall(plan_of(SURE))
    ann = hall.post(*hall.on_its_way(ANN, hall.dice(1_000)))
    ben = hall.post(*hall.on_its_way(BEN, hall.dice(3_000)))
    hall.settle()

    assert ann[0]["jackpot"]["won"] == ben[0]["jackpot"]["won"] == ("sure",)
    assert moved(hall.ledger, TransferKind.JACKPOT_WIN) == [700 + 100, 700 + 300]
    assert len({batch.seq for batch in hall.batches if batch.records}) == len(hall.batches)


def test_a_bet_that_is_asked_again_wins_once_and_says_the_same() -> None:
    hall = Hall(plan_of(SURE))
    bet = hall.dice(1_000)
    first = hall.asks(ANN, bet)
    assert hall.asks(ANN, bet) == first

    hall.restart()
    again = hall.asks(ANN, bet)

    assert again["jackpot"] == first["jackpot"]
    assert len(moved(hall.ledger, TransferKind.JACKPOT_WIN)) == 1


def test_a_bet_that_is_refused_feeds_nothing_and_wins_nothing() -> None:
    hall = Hall(plan_of(SURE))
    for _ in range(3):
        hall.asks(BEN, hall.dice(5_001))
    hall.open(PlayerId(9), 50)
    hall.asks(PlayerId(9), hall.dice(60))

    assert moved(hall.ledger, TransferKind.CONTRIBUTION) == moved(hall.ledger, TransferKind.JACKPOT_WIN) == []


def test_what_comes_when_a_pool_is_full_begins_the_one_after_it() -> None:
    full = replace(SURE, every=10**6, cap=900)
    hall = Hall(plan_of(full))
    while not moved(hall.ledger, TransferKind.JACKPOT_WIN):
        hall.asks(ANN, hall.dice(5_000))
    fed = sum(moved(hall.ledger, TransferKind.CONTRIBUTION))

    assert fed > 900
    assert moved(hall.ledger, TransferKind.JACKPOT_WIN) == [900]
    assert hall.pools()["sure"].amount == 900
    assert liability(hall.ledger) == fed + 2 * 700 - 900


def test_games_that_are_in_no_jackpot_feed_none() -> None:
    hall = Hall(replace(POT, games=("slots",)))

    assert hall.asks(ANN, hall.dice(1_000))["jackpot"] is None
    assert moved(hall.ledger, TransferKind.CONTRIBUTION) == []


def test_what_is_won_is_what_the_revealed_seeds_win() -> None:
    hall = Hall()
    won = [tuple(hall.asks(ANN, hall.dice(100))["jackpot"]["won"]) for _ in range(60)]
    seeds = hall.asks(ANN, RotateSeeds(id=hall.new_id(), client_seed="mine"))
    levels = [(level.name, level.every) for level in POT.levels]
    pair = (seeds["revealed_server_seed"], seeds["revealed_client_seed"])

    assert won == [levels_won(levels, *pair, nonce, 100) for nonce in range(60)]
    assert pools_won(hall.ledger) == len(moved(hall.ledger, TransferKind.JACKPOT_WIN)) > 0


def test_watchers_are_told_of_a_growing_pool_once_a_second_and_of_a_win_at_once() -> None:
    hall = Hall(plan_of(NEVER))
    hall.wait(5_000)
    before = len(hall.events("jackpot:pot"))
    for _ in range(100):
        hall.asks(ANN, hall.dice(1_000))
        hall.wait(100)
    assert 9 <= len(hall.events("jackpot:pot")) - before <= 11

    sure = Hall(plan_of(SURE))
    before = len(sure.events("jackpot:pot"))
    sure.asks(ANN, sure.dice(1_000))
    assert len(sure.events("jackpot:pot")) == before + 1


def test_a_game_of_steps_feeds_and_wins_when_it_is_over() -> None:
    hall = Hall(plan_of(SURE))
    begun = hall.asks(ANN, MinesBet(id=hall.new_id(), asset=PLAY.code, amount=1_000, mines=1))
    assert moved(hall.ledger, TransferKind.CONTRIBUTION) == []
    hall.restart()
    step = hall.asks(ANN, MinesReveal(id=hall.new_id(), bet=begun["bet"], step=0, tile=3))
    if not step["over"]:
        hall.asks(ANN, MinesCashOut(id=hall.new_id(), bet=begun["bet"], step=1))

    assert moved(hall.ledger, TransferKind.CONTRIBUTION) == [100]
    assert moved(hall.ledger, TransferKind.JACKPOT_WIN) == [800]


def test_a_game_of_steps_that_the_platform_ends_feeds_its_jackpot_too() -> None:
    hall = Hall(plan_of(SURE))
    hall.asks(ANN, MinesBet(id=hall.new_id(), asset=PLAY.code, amount=1_000, mines=1))
    hall.wait(11 * 60_000)

    assert moved(hall.ledger, TransferKind.JACKPOT_WIN) == [800]


@pytest.mark.parametrize("is_restarted", [False, True])
def test_bets_at_a_table_feed_and_win_when_their_round_is_settled(is_restarted: bool) -> None:
    hall = Hall(plan_of(SURE))
    bets = []
    for player in (ANN, BEN):
        hall.asks(player, Sit(id=hall.new_id(), table=TABLE))
        bets.append(hall.asks(player, hall.bet(1_000)))
    assert all("round" in bet for bet in bets)
    assert moved(hall.ledger, TransferKind.CONTRIBUTION) == []
    if is_restarted:
        hall.restart()
        hall.host.wake(Ref("table", TABLE))
        hall.settle()

    hall.wait(ROUND_MS)

    assert moved(hall.ledger, TransferKind.CONTRIBUTION) == [100, 100]
    assert moved(hall.ledger, TransferKind.JACKPOT_WIN) == [800, 800]


def test_each_bet_of_a_round_wins_by_its_own_id() -> None:
    often = replace(SURE, every=600)
    hall = Hall(plan_of(often))
    hall.asks(ANN, Sit(id=hall.new_id(), table=TABLE))
    ids = [BetId(hall.asks(ANN, hall.bet(200, spot))["id"]) for spot in ("red", "black", "odd", "even", "low")]
    hall.wait(ROUND_MS)
    row = hall.ledger.tables.rounds[TABLE, 1]
    seeds = (row.server_seed or "", row.client_seed or "", 1)
    won = [bet for bet in ids if levels_won([("sure", 600)], *seeds, 200, bet)]
    paid = [row.ref for row in hall.ledger.tables.transfers.values() if row.kind == TransferKind.JACKPOT_WIN]

    assert 0 < len(won) < len(ids)
    assert sorted(paid) == sorted(won)
