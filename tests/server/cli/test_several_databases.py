"""Commands on a platform of two databases, as an operator types them."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result

from persistence import migrations
from persistence.postgres.database import Address
from persistence.postgres.migrate import read_migrations
from server.cli import main
from tests.support.engines import SharedEngines
from tests.support.fleets import SHARDS, Evening, executed, fresh_fleet, opened_fleet


def croupier(addresses: list[Address], *arguments: str) -> Result:
    shards = {str(address.shards): address.dsn for address in addresses}
    return CliRunner().invoke(main, arguments, env=environment(shards))


def environment(shards: dict[str, str]) -> dict[str, str]:
    return {"CROUPIER_DATABASE__SHARDS": json.dumps(shards), "CROUPIER_SHARDS": str(SHARDS)}


@pytest.fixture
def new(engines: SharedEngines) -> Iterator[list[Address]]:
    """Databases with nothing in them at all."""
    with fresh_fleet(engines, migrated=False) as addresses:
        yield addresses


@pytest.fixture
def played(engines: SharedEngines) -> Iterator[list[Address]]:
    """An evening's books."""

    async def play(addresses: list[Address]) -> None:
        async with opened_fleet(addresses) as fleet:
            await Evening(fleet).play()

    with fresh_fleet(engines) as addresses:
        asyncio.run(play(addresses))
        yield addresses


# --- migrate ---------------------------------------------------------------------------------------------------------


def test_every_database_is_migrated_once_and_named(new: list[Address]) -> None:
    known = [one.number for one in read_migrations(migrations.folder())]
    before = json.loads(croupier(new, "migrate", "--status", "--json").stdout)
    assert [one["pending"] for one in before["databases"].values()] == [len(known)] * 2
    first = json.loads(croupier(new, "migrate", "--json").stdout)
    assert list(first["databases"]) == ["0-3", "4-7"]
    assert [one["applied"] for one in first["databases"].values()] == [known] * 2
    second = croupier(new, "migrate")
    assert second.stdout == (
        f"the database of the shards 0-3\n{len(known)} applied, 0 pending\n"
        f"the database of the shards 4-7\n{len(known)} applied, 0 pending\n"
    )


def test_the_database_that_cannot_be_migrated_is_named_without_its_password(new: list[Address]) -> None:
    result = croupier([new[0], replace(new[1], dsn="postgresql://croupier:sesame@127.0.0.1:1/none")], "migrate")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: the database of the shards 4-7: cannot connect to the database")
    assert "sesame" not in result.output


# --- audit -----------------------------------------------------------------------------------------------------------


def test_honest_books_end_with_0_in_each_database_and_over_all(played: list[Address]) -> None:
    result = croupier(played, "audit", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["ok"] is found["overall"]["ok"] is True
    assert list(found["databases"]) == ["0-3", "4-7"]
    one = json.loads(croupier([], "audit", "--json", "--database-url", played[0].dsn).stdout)
    assert {name: one.keys() for name, one in found["databases"].items()} == dict.fromkeys(["0-3", "4-7"], one.keys())
    # The chips of tables can be anywhere, so they are looked at only where all of them are in one database.
    del one["checks"]["chips"]
    assert found["databases"]["0-3"]["checks"] == one["checks"]
    assert found["overall"]["checks"]["rounds"] == {"ok": True, "rows": 3}
    assert found["overall"]["totals"][0]["gross_gaming_revenue"] == -34


def test_what_only_all_of_them_show_ends_with_1(played: list[Address]) -> None:
    asyncio.run(executed(played[1].dsn, "UPDATE bet SET round = 9 WHERE stake = 5"))
    result = croupier(played, "audit", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert [one["ok"] for one in found["databases"].values()] == [True, True]
    assert (found["ok"], found["overall"]["ok"]) == (False, False)
    assert found["overall"]["checks"]["rounds"]["broken"][0]["round"] == 9


def test_people_get_a_table_for_each_database_and_one_verdict(played: list[Address]) -> None:
    result = croupier(played, "audit")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    heads = ["the database of the shards 0-3", "the database of the shards 4-7", "all databases together"]
    assert [line for line in lines if line in heads] == heads
    assert lines[-1].startswith("every invariant holds")
    asyncio.run(executed(played[1].dsn, "UPDATE bet SET round = 9 WHERE stake = 5"))
    asyncio.run(executed(played[0].dsn, "DELETE FROM batch WHERE seq = 1"))
    result = croupier(played, "audit")
    assert result.exit_code == 1
    assert "rounds: bets in a round that there is none of\n  database=4-7  database_of_table=0-3" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("broken: batches in 0-3, rounds over all")


def test_one_of_them_alone_says_what_was_not_looked_at(played: list[Address]) -> None:
    result = croupier([], "audit", "--database-url", played[1].dsn)
    assert result.exit_code == 0
    assert "This is the database of the shards 4-7 of 8" in result.stdout


def test_exchanged_addresses_end_with_2(played: list[Address]) -> None:
    first, second = played
    result = croupier([replace(first, dsn=second.dsn), replace(second, dsn=first.dsn)], "audit", "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "the database of the shards 0-3: it is the database of the shards 4-7 of 8" in result.stderr


# --- serve -----------------------------------------------------------------------------------------------------------


def test_one_process_does_not_serve_several_databases(new: list[Address]) -> None:
    result = croupier(new, "serve", "--port", "0")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "database.shards names 2 databases" in result.stderr


def test_a_gap_is_the_users_error(new: list[Address]) -> None:
    result = CliRunner().invoke(main, ["audit"], env=environment({"0-2": new[0].dsn, "4-7": new[1].dsn}))
    assert result.exit_code == 2
    assert "database.shards.4-7" in result.stderr
    assert "nothing holds the shards 3-3 before it" in result.stderr
