"""Who is who, on PostgreSQL: identities, single-use proofs, and logins that come together."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from persistence.interfaces import PlayerRow, Rejected, Unavailable
from persistence.postgres import players as module
from persistence.postgres.players import PostgresPlayers
from protocol.ids import PLAYER_ID_MAX, PlayerId
from protocol.money import Asset

PLAY = Asset(1, "PLAY", 2)
TON = Asset(3, "TON", 9)


@pytest.fixture
async def pool(postgres_dsn: str) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(postgres_dsn, min_size=0, max_size=3) as made:
        yield made


@pytest.fixture
def players(pool: asyncpg.Pool) -> PostgresPlayers:
    return PostgresPlayers(pool)


async def guest(players: PostgresPlayers, subject: str, proof: bytes | None = None) -> PlayerRow | None:
    return await players.register("guest", subject, f"Guest {subject}", proof, 1_000)


async def test_an_identity_is_one_player_who_is_made_once(players: PostgresPlayers) -> None:
    ann = await players.register("guest", "a", "Ann", None, 0)
    assert ann is not None
    assert ann.created
    again = await players.register("guest", "a", "Anna", None, 0)
    assert again == PlayerRow(ann.id, "Ann", created=False)
    other = await players.register("telegram", "a", "Ann", None, 0)
    assert other is not None
    assert other.id != ann.id
    assert await players.find(ann.id) == PlayerRow(ann.id, "Ann", created=False)
    assert await players.find(PlayerId(10**9)) is None


async def test_of_logins_of_one_identity_at_once_one_makes_the_player(players: PostgresPlayers) -> None:
    rows = await asyncio.gather(*(guest(players, "same") for _ in range(20)))
    assert len({row.id for row in rows if row is not None}) == 1
    assert [row is not None and row.created for row in rows].count(True) == 1


async def test_of_servers_that_meet_one_identity_at_once_one_makes_the_player(pool: asyncpg.Pool) -> None:
    servers = [PostgresPlayers(pool) for _ in range(3)]
    rows = await asyncio.gather(*(guest(server, str(n % 7)) for n in range(42) for server in servers))
    assert len({row.id for row in rows if row is not None}) == 7
    assert [row is not None and row.created for row in rows].count(True) == 7


async def test_many_logins_are_answered_each_with_its_own_player(
    players: PostgresPlayers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REGISTRATIONS_MAX", 64)
    rows = await asyncio.gather(*(guest(players, str(n)) for n in range(500)))
    assert [row.name for row in rows if row is not None] == [f"Guest {n}" for n in range(500)]
    assert len({row.id for row in rows if row is not None}) == 500


async def test_a_proof_is_good_for_one_login_and_makes_no_player_after(
    players: PostgresPlayers, pool: asyncpg.Pool
) -> None:
    assert await guest(players, "a", b"proof") is not None
    assert await guest(players, "b", b"proof") is None
    assert await pool.fetchval("SELECT count(*) FROM player") == 1


async def test_of_logins_with_one_proof_at_once_one_gets_in(players: PostgresPlayers, pool: asyncpg.Pool) -> None:
    rows = await asyncio.gather(*(guest(players, str(n), b"proof") for n in range(10)))
    assert [row is not None for row in rows].count(True) == 1
    assert await pool.fetchval("SELECT count(*) FROM player") == 1


async def test_old_proofs_are_forgotten(players: PostgresPlayers) -> None:
    await guest(players, "a", b"proof")
    assert await players.forget_proofs(1_000) == 0
    assert await players.forget_proofs(1_001) == 1
    assert await guest(players, "a", b"proof") is not None


@pytest.mark.parametrize("name", ["zero \0", "half \ud800"], ids=["a zero character", "half a character"])
async def test_a_name_that_cannot_be_stored_is_rejected_and_the_others_get_in(
    players: PostgresPlayers, name: str
) -> None:
    others = [asyncio.ensure_future(guest(players, str(n), b"%d" % n)) for n in range(3)]
    spoiled = asyncio.ensure_future(players.register("telegram", "x", name, b"x", 1_000))
    later = asyncio.ensure_future(guest(players, "later", b"later"))
    with pytest.raises(Rejected):
        await spoiled
    assert all(await asyncio.gather(*others, later))


async def test_a_number_that_no_account_could_be_made_of_is_given_to_nobody(
    players: PostgresPlayers, pool: asyncpg.Pool
) -> None:
    await pool.execute("SELECT setval(pg_get_serial_sequence('player', 'id'), $1, false)", PLAYER_ID_MAX)
    last = await guest(players, "last")
    assert last is not None
    assert last.id == PLAYER_ID_MAX
    again, late = await asyncio.gather(guest(players, "last"), guest(players, "late"), return_exceptions=True)
    assert again == PlayerRow(last.id, last.name, created=False)
    assert isinstance(late, Rejected)
    assert await pool.fetchval("SELECT count(*) FROM player") == 1


async def test_more_than_may_wait_are_turned_away_at_once(
    players: PostgresPlayers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAITING_MAX", 2)
    answers = await asyncio.gather(*(guest(players, str(n)) for n in range(5)), return_exceptions=True)
    assert [type(one) for one in answers] == [PlayerRow, PlayerRow, Unavailable, Unavailable, Unavailable]


async def test_a_login_that_was_given_up_does_not_stop_the_others(players: PostgresPlayers) -> None:
    given_up = asyncio.ensure_future(guest(players, "a"))
    other = asyncio.ensure_future(guest(players, "b"))
    await asyncio.sleep(0)
    given_up.cancel()
    assert await other is not None
    assert await guest(players, "a") is not None


async def test_without_a_database_logins_are_unavailable_and_answered(tmp_path: Path) -> None:
    async with asyncpg.create_pool(f"postgresql://croupier@/croupier?host={tmp_path}", min_size=0) as pool:
        players = PostgresPlayers(pool)
        logins = [guest(players, "a"), guest(players, "b", b"proof")]
        assert [type(one) for one in await asyncio.gather(*logins, return_exceptions=True)] == [Unavailable] * 2
        with pytest.raises(Unavailable):
            await players.find(PlayerId(1))
        with pytest.raises(Unavailable):
            await players.forget_proofs(0)
        with pytest.raises(Unavailable):
            await players.define_assets([PLAY])


async def test_a_login_that_meets_a_killed_backend_is_unavailable_and_the_next_gets_in(
    players: PostgresPlayers, pool: asyncpg.Pool, postgres_dsn: str
) -> None:
    raw = await asyncpg.connect(postgres_dsn)
    try:
        async with raw.transaction():
            await raw.execute("LOCK TABLE player IN ACCESS EXCLUSIVE MODE")
            login = asyncio.ensure_future(guest(players, "a"))
            while not await raw.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                assert not login.done()
            assert await raw.fetchval("SELECT bool_and(pg_terminate_backend(pid)) FROM pg_locks WHERE NOT granted")
            with pytest.raises(Unavailable):
                await login
        assert await guest(players, "a") is not None
    finally:
        await raw.close()


async def test_assets_are_defined_once_and_again_as_they_are(players: PostgresPlayers, pool: asyncpg.Pool) -> None:
    await players.define_assets([TON, PLAY])
    await players.define_assets([PLAY, TON])
    rows = await pool.fetch("SELECT number, code, scale FROM asset ORDER BY number")
    assert [tuple(row) for row in rows] == [(1, "PLAY", 2), (3, "TON", 9)]


@pytest.mark.parametrize("other", [Asset(1, "PLAY", 3), Asset(1, "COIN", 2), Asset(2, "PLAY", 2)], ids=str)
async def test_an_asset_keeps_its_number_code_and_scale(
    players: PostgresPlayers, pool: asyncpg.Pool, other: Asset
) -> None:
    await players.define_assets([PLAY])
    with pytest.raises(Rejected, match="known otherwise"):
        await players.define_assets([Asset(4, "XTR", 0), other])
    assert await pool.fetchval("SELECT count(*) FROM asset") == 1
