"""Nothing contributed is lost or made, and each pool that is won is paid once, whatever goes wrong meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from protocol.records import TransferKind
from tests.support.jackpot_town import PLAYERS, JackpotTown
from tests.support.jackpots import MINI, POT, check_money, moved, pools_won

STEPS = 250
AFTERWARDS_MS = 10_000


def check(town: JackpotTown) -> None:
    """What must hold at rest: besides the books, that every pool that a bet has won is paid to it."""
    assert town.faults == []
    assert town.ledger.check_invariants() == ()
    check_money(town.ledger)
    paid = [row.ref for row in town.ledger.tables.transfers.values() if row.kind == TransferKind.JACKPOT_WIN]
    assert len(paid) == pools_won(town.ledger)
    assert all(paid.count(bet) <= len(POT.levels) for bet in paid)


def disturb(town: JackpotTown, rng: Random) -> None:
    """One step of a bad day."""
    air = town.air
    number = rng.randrange(2)
    steps: list[Callable[[], object]] = [
        lambda: town.bet(rng.choice(PLAYERS), rng.randrange(1, 200)),
        lambda: town.bet(rng.choice(PLAYERS), rng.randrange(1, 200)),
        lambda: town.read(number),
        lambda: town.commit(number),
        lambda: town.commit(number),
        lambda: town.commit(number, is_written=rng.random() < 0.5, is_told=rng.random() < 0.5),
        lambda: pass_time(town, rng.randrange(700)),
    ]
    if air:
        at = rng.randrange(len(air))
        steps += [lambda: town.deliver(at), lambda: air.append(air[at]), lambda: air.pop(at)]
    rng.choice(steps)()


def pass_time(town: JackpotTown, ms: int) -> None:
    town.now_ms += ms
    for host in town.hosts:
        host.run_timers()


@pytest.mark.parametrize("seed", range(12))
def test_nothing_is_lost_or_made_or_paid_twice_on_a_bad_day(seed: int) -> None:
    rng = Random(seed)
    town = JackpotTown(POT, seed)
    for _ in range(STEPS):
        disturb(town, rng)
        assert town.ledger.check_invariants() == ()
    town.rest(AFTERWARDS_MS)

    check(town)
    assert moved(town.ledger, TransferKind.JACKPOT_WIN)


def play_with_a_death(at: int, *, is_written: bool) -> tuple[JackpotTown, int]:
    """Bets until some pools are won across hosts; the commit with this number is the last that its host makes."""
    town, commits = JackpotTown(POT, 5), 0
    for _ in range(25):
        for player in PLAYERS[:4]:
            town.bet(player, 100)
        for _ in range(6):
            for number in range(2):
                town.read(number)
                dies = commits == at
                commits += town.commit(number, is_written=is_written or not dies, is_told=not dies)
            while town.air:
                town.deliver(0)
        pass_time(town, 300)
    town.rest(AFTERWARDS_MS)
    return town, commits


@pytest.mark.parametrize("is_written", [False, True], ids=["before it is written", "before it is told"])
def test_a_pool_is_paid_once_whichever_commit_a_host_dies_in(is_written: bool) -> None:
    town, commits = play_with_a_death(-1, is_written=True)
    check(town)
    assert len(moved(town.ledger, TransferKind.JACKPOT_WIN)) >= 3

    for at in range(0, commits, 4):
        check(play_with_a_death(at, is_written=is_written)[0])


def test_a_claim_is_said_again_although_all_that_was_had_is_heard() -> None:
    town = JackpotTown(replace(POT, levels=(replace(MINI, share=0, every=1),)), 4)
    for player in PLAYERS:
        town.bet(player, 100)
    for number in range(2):
        town.read(number)
        town.commit(number)
    assert town.air
    town.air.clear()
    assert len(moved(town.ledger, TransferKind.JACKPOT_WIN)) < len(PLAYERS)

    town.rest(AFTERWARDS_MS)

    assert moved(town.ledger, TransferKind.JACKPOT_WIN) == [MINI.seed] * len(PLAYERS)


def test_what_comes_late_from_a_host_that_was_replaced_wins_nothing_again() -> None:
    town = JackpotTown(POT, 3)
    seen: list[tuple[object, ...]] = []
    for _ in range(60):
        for player in PLAYERS:
            town.bet(player, 100)
        for number in range(2):
            town.read(number)
            town.commit(number)
        seen += town.air
        town.rest(500)
    town.begin(0)
    town.begin(1)
    for message in seen:
        town.air.append(message)  # type: ignore[arg-type]
    town.rest(AFTERWARDS_MS)

    assert seen
    check(town)
