"""A bet between a table in one database and a wallet in another, with a host dying at every step of it."""

import asyncio
from collections.abc import Iterator
from typing import Final

import pytest

from persistence.postgres.database import Address
from protocol.errors import CATALOGUE, Refusal
from protocol.records import BetState
from tests.support.engines import SharedEngines
from tests.support.fleets import ANN, fresh_fleet
from tests.support.two_databases import TwoDatabases, two_databases

MESSAGES: Final = range(1, 9)
HELD: Final = 3
"""The message by which the wallet tells the table that the stake is held."""


@pytest.fixture
def addresses(engines: SharedEngines) -> Iterator[list[Address]]:
    with fresh_fleet(engines) as fresh:
        yield fresh


async def assert_books_are_clean(cluster: TwoDatabases) -> None:
    report = await cluster.audit()
    broken = {str(shards): [check for check in one.checks if not check.ok] for shards, one in report.databases}
    assert broken == {"0-3": [], "4-7": []}
    assert [check for check in report.checks if not check.ok] == []
    assert {check.name: check.rows for check in report.checks}["rounds"] > 0


async def test_a_bet_of_two_databases_is_held_in_one_and_settled_by_the_other(addresses: list[Address]) -> None:
    async with two_databases(addresses) as cluster:
        assert await cluster.over(await cluster.placed()) is BetState.SETTLED
        await assert_books_are_clean(cluster)


@pytest.mark.slow(seconds=4)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("message", MESSAGES)
async def test_a_host_that_dies_at_any_message_loses_and_doubles_nothing(
    addresses: list[Address], message: int, when: str
) -> None:
    async with two_databases(addresses) as cluster:
        cluster.die_at(message, when)
        bet = cluster.bet()
        answer = await cluster.asks(ANN, bet)
        while isinstance(answer, Refusal) and CATALOGUE[answer.code].may_retry:
            answer = await cluster.asks(ANN, bet)  # it is not known what became of it
        became = await cluster.over(bet)
        if isinstance(answer, Refusal):
            assert became in (None, BetState.DISOWNED)
        else:
            assert (answer["t"], became) == ("roulette.placed", BetState.SETTLED)
        assert await cluster.over(await cluster.placed()) is BetState.SETTLED
        assert cluster.deaths == 1
        await assert_books_are_clean(cluster)


async def test_a_stake_that_its_table_forgot_is_given_back_though_nobody_asks_again(addresses: list[Address]) -> None:
    async with two_databases(addresses) as cluster:
        bet = cluster.bet()
        cluster.die_at(HELD, "before")
        asking = asyncio.ensure_future(cluster.asks(ANN, bet))
        await cluster.died.wait()
        cluster.router.close()
        asking.cancel()
        assert await cluster.state_of(bet) is BetState.OPEN
        assert await cluster.over(bet) is BetState.DISOWNED
        await assert_books_are_clean(cluster)
