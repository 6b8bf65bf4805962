"""Questions about the past of a platform on two databases: each is asked of the one that knows."""

from collections.abc import AsyncIterator, Iterator
from uuid import UUID

import asyncpg
import pytest

from persistence.postgres.database import Address
from protocol.errors import Code, Refusal
from protocol.ids import BetId, PlayerId, command_id_from
from protocol.replies import ProofView, StatementPage
from protocol.requests import Statement
from server.queries import LedgerQueries
from tests.support.engines import SharedEngines
from tests.support.fleets import ANN, GUS, PLAY, TABLE, Evening, executed, fresh_fleet, opened_fleet
from tests.support.scribe import commitment_of


@pytest.fixture
def addresses(engines: SharedEngines) -> Iterator[list[Address]]:
    with fresh_fleet(engines) as fresh:
        yield fresh


@pytest.fixture
async def queries(addresses: list[Address]) -> AsyncIterator[LedgerQueries]:
    async with opened_fleet(addresses) as fleet:
        await Evening(fleet).play()
        yield LedgerQueries(fleet.ledgers, [PLAY])


async def bet_of(address: Address, stake: int) -> BetId:
    connection = await asyncpg.connect(address.dsn)
    try:
        found = await connection.fetchval("SELECT id FROM bet WHERE stake = $1", stake)
    finally:
        await connection.close()
    assert isinstance(found, UUID)
    return BetId(found.bytes)


async def test_a_bet_is_proved_by_its_round_though_that_is_in_another_database(
    queries: LedgerQueries, addresses: list[Address]
) -> None:
    bet = await bet_of(addresses[1], 30)
    for player in (ANN, None):
        proof = await queries.proof(player, bet)
        assert isinstance(proof, ProofView)
        assert (proof.table, proof.round, proof.payout) == (TABLE, 1, 90)
        assert proof.server_seed is not None
        assert proof.commitment == commitment_of(proof.server_seed)


async def test_a_seed_is_found_where_its_player_is(queries: LedgerQueries, addresses: list[Address]) -> None:
    for player, address, stake in ((GUS, addresses[0], 10), (ANN, addresses[1], 11)):
        proof = await queries.proof(player, await bet_of(address, stake))
        assert isinstance(proof, ProofView)
        assert (proof.game, proof.nonce, proof.server_seed) == ("dice", 0, None)


async def test_a_bet_of_a_player_of_another_database_is_not_shown(
    queries: LedgerQueries, addresses: list[Address]
) -> None:
    assert await queries.proof(GUS, await bet_of(addresses[1], 30)) == Refusal(Code.UNKNOWN_BET)


async def test_an_id_that_two_players_used_asks_for_whose_it_is(
    queries: LedgerQueries, addresses: list[Address]
) -> None:
    bet = await bet_of(addresses[1], 11)
    await executed(addresses[0].dsn, f"UPDATE bet SET id = '{bet.hex()}' WHERE stake = 10")
    assert await queries.proof(None, bet) == Refusal(Code.ID_REUSED, {"bets": 2})
    stakes = [proof.stake for player in (GUS, ANN) if isinstance(proof := await queries.proof(player, bet), ProofView)]
    assert stakes == [10, 11]


@pytest.mark.parametrize(("player", "amounts"), [(GUS, [-25, 20, -10, 500]), (ANN, [90, -30, -11, 1_000])])
async def test_a_statement_is_read_where_its_player_is(
    queries: LedgerQueries, player: PlayerId, amounts: list[int]
) -> None:
    request = Statement(t="wallet.statement", id=command_id_from(1, bytes(10)), asset="PLAY", balance="cash", limit=10)
    page = await queries.statement(player, request)
    assert isinstance(page, StatementPage)
    assert [row.amount for row in page.rows] == amounts
