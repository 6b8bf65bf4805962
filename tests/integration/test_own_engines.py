"""A PostgreSQL and a Redis of one's own, instead of the embedded ones."""

import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from tests.integration.test_serve import refused
from tests.support.player import Player, dice
from tests.support.server import Server, processes_in, serving, short_folder

pytestmark = pytest.mark.slow(seconds=3)


def secrets() -> dict[str, str]:
    """What every server of one database must share."""
    return {
        "CROUPIER_SEED_KEY": base64.b64encode(os.urandom(32)).decode(),
        "CROUPIER_TOKEN_SECRET": os.urandom(32).hex(),
    }


@pytest.fixture
def own(empty_postgres_dsn: str, valkey_url: str) -> dict[str, str]:
    """The environment of a server on engines of one's own."""
    return {
        "CROUPIER_DATABASE_URL": empty_postgres_dsn,
        "CROUPIER_REDIS_URL": valkey_url,
        "CROUPIER_GUEST_ENABLED": "true",
        **secrets(),
    }


@contextmanager
def no_data_dir() -> Iterator[Path]:
    """A path that must stay unused."""
    with short_folder() as folder:
        yield folder / "data"
        assert not (folder / "data").exists()


async def set_for_database(dsn: str, setting: str, value: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f"ALTER DATABASE {urlsplit(dsn).path.strip('/')} SET {setting} = {value}")
    finally:
        await connection.close()


async def test_it_plays_on_engines_of_ones_own_and_starts_none(own: dict[str, str]) -> None:
    with no_data_dir() as nowhere:
        async with serving(nowhere, variables=own) as server, Player(server.ws) as player:
            welcome = await player.log_in()
            settled = await player.ask(**dice())
            assert settled["t"] == "dice.settled"
            assert processes_in(nowhere.parent) == []
        async with serving(nowhere, variables=own) as again, Player(again.ws) as player:
            resumed = await player.ask(t="resume", token=welcome["resume"], streams=[])
            assert resumed["t"] == "welcome", "sessions outlive a restart in one's own Redis"
            assert resumed["balances"][0]["available"] == settled["available"]


async def test_guests_do_not_play_on_a_database_of_ones_own_unless_they_may(own: dict[str, str]) -> None:
    del own["CROUPIER_GUEST_ENABLED"]
    with no_data_dir() as nowhere:
        async with serving(nowhere, variables=own) as server, Player(server.ws) as player:
            assert player.hello["logins"] == ["auth.token"]
            assert (await player.ask(t="auth.guest"))["name"] == "guests_not_allowed"


@pytest.mark.parametrize("missing", ["CROUPIER_SEED_KEY", "CROUPIER_TOKEN_SECRET"])
async def test_the_secrets_that_servers_share_must_be_given(own: dict[str, str], missing: str) -> None:
    del own[missing]
    with no_data_dir() as nowhere:
        said = await refused(Server(nowhere, variables=own))
        assert missing.removeprefix("CROUPIER_").lower() in said


@pytest.mark.parametrize("setting", ["synchronous_commit"])
async def test_a_database_that_may_lose_what_it_confirms_is_refused_unless_that_is_accepted(
    own: dict[str, str], setting: str
) -> None:
    await set_for_database(own["CROUPIER_DATABASE_URL"], setting, "off")
    with no_data_dir() as nowhere:
        said = await refused(Server(nowhere, variables=own))
        assert f"{setting} is off" in said
        assert "--unsafe" in said
        async with serving(nowhere, variables=own, settings={"unsafe": True}) as server:
            assert setting in (await server.logs("unsafe database"))["finding"]


async def test_a_database_that_is_not_there_is_told(own: dict[str, str]) -> None:
    with no_data_dir() as nowhere:
        url = "postgresql://somebody:hushhush@127.0.0.1:1/casino"
        said = await refused(Server(nowhere, variables=own | {"CROUPIER_DATABASE_URL": url}))
        assert "database" in said
        assert "hushhush" not in said


async def test_a_redis_that_is_not_there_costs_resumes_and_nothing_else(own: dict[str, str]) -> None:
    with no_data_dir() as nowhere:
        variables = own | {"CROUPIER_REDIS_URL": "redis://127.0.0.1:1/0"}
        async with serving(nowhere, variables=variables) as server, Player(server.ws) as player:
            await player.log_in()
            assert (await player.ask(**dice()))["t"] == "dice.settled"
            assert await server.logs("sessions cannot be resumed for now")


async def test_a_redis_url_that_is_none_is_told_without_its_password(own: dict[str, str]) -> None:
    with no_data_dir() as nowhere:
        variables = own | {"CROUPIER_REDIS_URL": "redis://:hush/hush@example.org:6379/0"}
        said = await refused(Server(nowhere, variables=variables))
        assert "redis_url" in said
        assert "hush" not in said


async def test_a_seed_key_other_than_the_databases_is_refused_before_anyone_plays(own: dict[str, str]) -> None:
    with no_data_dir() as nowhere:
        async with serving(nowhere, variables=own) as server, Player(server.ws) as player:
            await player.log_in()
            await player.ask(**dice())
        said = await refused(Server(nowhere, variables=own | secrets()))
        assert "seed_key" in said
        assert own["CROUPIER_SEED_KEY"] not in said
