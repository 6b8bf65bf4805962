"""The audit of several databases: each alone, and what only all of them together can show to be broken."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import asyncpg
import pytest

from actors.table.reader import TableReader
from persistence.postgres.audit import AuditImpossible, audit
from persistence.postgres.database import Address, prepare_fleet
from persistence.postgres.fleet_audit import FleetReport, audit_fleet
from protocol.ids import ShardId
from protocol.money import HouseAccount, house_account
from server.config import Config
from server.play import configured_tables
from tests.support.engines import SharedEngines
from tests.support.fleets import ANN, ANNS, GUS, SHARDS, TABLE, Evening, executed, fresh_fleet, opened_fleet

SALT: Final = 20
HOUSE_A: Final = house_account(1, HouseAccount.HOUSE, ShardId(0))
HOUSE_B: Final = house_account(1, HouseAccount.HOUSE, ShardId(4))
TREASURY_B: Final = house_account(1, HouseAccount.TREASURY, ShardId(4))


@pytest.fixture
def addresses(engines: SharedEngines) -> Iterator[list[Address]]:
    with fresh_fleet(engines) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def honest(engines: SharedEngines) -> Iterator[list[Address]]:
    """Honest books to be copied."""

    async def play(addresses: list[Address]) -> None:
        async with opened_fleet(addresses) as fleet:
            await Evening(fleet).play()

    with fresh_fleet(engines) as addresses:
        asyncio.run(play(addresses))
        yield addresses


@pytest.fixture
def copied(engines: SharedEngines, honest: list[Address]) -> Iterator[list[Address]]:
    """Honest books that may be tampered with."""
    first, second = honest
    with engines.copy_of(first.dsn) as a, engines.copy_of(second.dsn) as b:
        yield [replace(first, dsn=a), replace(second, dsn=b)]


async def audited(addresses: list[Address], *, evidence_max: int = 20, tables: Sequence[str] = (TABLE,)) -> FleetReport:
    known = {table: rooms for table, rooms in configured_tables(Config()).items() if table in tables}
    return await audit_fleet(
        addresses, shards=SHARDS, salt=SALT, read_table=TableReader(known).read, evidence_max=evidence_max
    )


def broken_in(report: FleetReport) -> tuple[set[str], set[str], set[str]]:
    """The names of the checks that failed: in the first database, in the second, over all."""
    (_, first), (_, second) = report.databases
    broken = [{check.name for check in checks if not check.ok} for checks in (first.checks, second.checks)]
    return broken[0], broken[1], {check.name for check in report.checks if not check.ok}


# --- honest books ----------------------------------------------------------------------------------------------------


async def test_honest_books_are_clean_in_each_database_and_over_all(honest: list[Address]) -> None:
    report = await audited(honest)
    assert broken_in(report) == (set(), set(), set())
    assert report.ok
    assert {check.name: check.rows for check in report.checks} == {
        "double_entry": 8,
        "pnl": 8,
        "assets": 2,
        "places": 2 + 1 + 3 * 64,
        "players": 2,
        "ids": 6,
        "rounds": 3,
        "tables": 3,
    }
    assert report.notes == []


async def test_sums_are_those_of_all_databases(honest: list[Address]) -> None:
    [total] = (await audited(honest)).totals
    # Gus: 500 - 10 + 20 - 25. Ann: 1000 - 11 - 30 + 90.
    assert total == {
        "asset": 1,
        "players_balances": 485 + 1_049,
        "players_profit_and_loss": -15 + 49,
        "gross_gaming_revenue": 15 - 49,
    }


async def test_empty_databases_are_clean(addresses: list[Address]) -> None:
    await prepare_fleet(addresses, shards=SHARDS, unsafe=False)
    assert (await audited(addresses)).ok


async def test_one_of_several_databases_is_audited_alone_but_for_the_rounds_that_are_elsewhere(
    honest: list[Address],
) -> None:
    for address in honest:
        report = await audit(address.dsn, salt=SALT)
        assert report.ok, report
        assert report.is_of_one_of_several


async def test_books_that_are_being_written_are_clean_at_every_moment(addresses: list[Address]) -> None:
    async with opened_fleet(addresses) as fleet:
        evening = Evening(fleet)
        await evening.play()
        auditing = asyncio.create_task(audits(addresses, 4))
        number = 2
        while not auditing.done():
            number += 1
            await evening.round(number)
        reports = await auditing
        assert all(report.ok for report in reports), [broken_in(report) for report in reports]
        seen = [check.rows for report in reports for check in report.checks if check.name == "rounds"]
        assert seen == sorted(seen)
        assert 3 <= seen[0] < seen[-1]


async def audits(addresses: list[Address], count: int) -> list[FleetReport]:
    return [await audited(addresses) for _ in range(count)]


# --- broken books ----------------------------------------------------------------------------------------------------

UNDRAWN: Final = "server_seed = NULL, client_seed = NULL, contributions = NULL, outcome = NULL, drawn_ms = NULL"
DRAWN_LATER: Final = f"""
    UPDATE bet SET round = 2 WHERE round = 1;
    UPDATE round SET {UNDRAWN} WHERE round = 1;
    UPDATE round SET outcome = '\\x80', server_seed = 'a', client_seed = 'b', contributions = '\\x90', drawn_ms = 1,
        commitment = encode(sha256('a'), 'hex') WHERE round = 2"""
ANOTHERS_ROUND: Final = f"""
    INSERT INTO round (table_id, round, game, commitment, sealed, opened_ms)
    VALUES ('{TABLE}', 7, 'roulette', 'a', 'b', 0)"""
GIVEN_BACK: Final = """
    UPDATE bet SET state = 3, payout = 0 WHERE stake = 30;
    UPDATE hold SET state = 3 WHERE amount = 30;
    UPDATE transfer SET kind = 5 WHERE kind = 2 OR amount = 30"""
OF_LESS: Final = f"""
    UPDATE bet SET stake = 4 WHERE stake = 5;
    UPDATE hold SET amount = 4 WHERE amount = 5;
    UPDATE account SET held = 4 WHERE id = {ANNS}"""
PAID_LESS: Final = f"""
    UPDATE bet SET payout = 80 WHERE stake = 30;
    UPDATE transfer SET amount = 80, balance = balance - 10 WHERE kind = 2;
    UPDATE account SET posted = posted - 10 WHERE id = {ANNS};
    UPDATE account SET posted = posted + 10 WHERE id = {HOUSE_B}"""
TO_THE_TREASURY: Final = f"""
    UPDATE transfer SET credit = {TREASURY_B} WHERE kind = 1 AND amount = 11;
    UPDATE account SET posted = posted - 11 WHERE id = {HOUSE_B};
    UPDATE account SET posted = posted + 11 WHERE id = {TREASURY_B}"""

BREAKS: Final[dict[str, tuple[int, str, set[str], set[str]]]] = {
    "a round that its bets' database knows and its own does not": (
        0,
        "DELETE FROM round WHERE round = 1",
        {"rounds"},
        {"rounds"},
    ),
    "a round that was not drawn, though a bet elsewhere is settled": (
        0,
        DRAWN_LATER,
        set(),
        {"rounds"},
    ),
    "a bet in a round that never was": (1, "UPDATE bet SET round = 9 WHERE stake = 5", set(), {"rounds"}),
    "a bet in no round": (1, "UPDATE bet SET round = NULL WHERE stake = 5", set(), {"rounds"}),
    "a bet with another outcome than its round": (
        1,
        "UPDATE bet SET outcome = '\\x00' WHERE stake = 30",
        set(),
        {"rounds"},
    ),
    "an account of a player of another database": (
        0,
        f"INSERT INTO account (id) VALUES ({ANNS + 8})",
        set(),
        {"places"},
    ),
    "a command of a player of another database": (
        0,
        f"INSERT INTO command VALUES (gen_random_uuid(), {ANN}, '\\x00', 4001, '\\x80', 0)",
        set(),
        {"places"},
    ),
    "a seed of a player of another database": (1, f"UPDATE seed SET player = {GUS}", {"draws"}, {"places"}),
    "a round of a table of another database": (
        1,
        ANOTHERS_ROUND,
        set(),
        {"places"},
    ),
    "a journal of a table of another database": (
        1,
        f"INSERT INTO journal VALUES ('table:{TABLE}', 9, 'event')",
        set(),
        {"places"},
    ),
    "a snapshot of a table of another database": (
        1,
        f"INSERT INTO snapshot VALUES ('table:{TABLE}', 9, 'state')",
        set(),
        {"places"},
    ),
    "an account of the house of another database's shard": (
        1,
        f"INSERT INTO account (id) VALUES ({HOUSE_A})",
        set(),
        {"places"},
    ),
    "an asset that is counted otherwise": (1, "UPDATE asset SET scale = 3", set(), {"assets"}),
    "a player whom nobody registered": (0, f"DELETE FROM player WHERE id = {ANN}", set(), {"players"}),
    "a player who is registered elsewhere": (
        1,
        "INSERT INTO player (provider, subject, name) VALUES ('guest', 'x', 'X')",
        set(),
        {"players"},
    ),
    "a bet that its table has and nobody else": (
        1,
        "DELETE FROM bet WHERE stake = 5; DELETE FROM hold WHERE amount = 5; UPDATE account SET held = 0",
        set(),
        {"tables"},
    ),
    "a bet of another stake than its table knows": (
        1,
        OF_LESS,
        set(),
        {"tables"},
    ),
    "a bet that is owed a payout and was given back": (1, GIVEN_BACK, set(), {"tables"}),
    "a bet that was paid otherwise than is owed": (1, PAID_LESS, set(), {"tables"}),
    "a journal that is not understood": (0, "UPDATE journal SET event = 'x' WHERE n = 2", set(), {"tables"}),
    "money from nowhere": (
        1,
        f"UPDATE account SET posted = posted + 1 WHERE id = {HOUSE_B}",
        {"double_entry", "balances"},
        {"double_entry"},
    ),
    "a stake that went to the treasury": (
        1,
        TO_THE_TREASURY,
        {"pnl"},
        {"pnl"},
    ),
}


@pytest.mark.parametrize(("where", "spoil", "alone", "overall"), BREAKS.values(), ids=list(BREAKS))
async def test_what_is_broken_is_named_and_nothing_else(
    copied: list[Address], where: int, spoil: str, alone: set[str], overall: set[str]
) -> None:
    await executed(copied[where].dsn, spoil)
    report = await audited(copied)
    expected = [set(), set(), overall]
    expected[where] = alone
    assert broken_in(report) == tuple(expected)
    assert not report.ok
    for check in report.checks:
        assert all(len(row) > 1 and row["problem"] for row in check.broken)


async def bet_ids(address: Address, where: str) -> list[str]:
    connection = await asyncpg.connect(address.dsn)
    try:
        return [str(row[0]) for row in await connection.fetch(f"SELECT id FROM bet WHERE {where}")]
    finally:
        await connection.close()


async def test_an_id_that_one_player_used_in_two_databases_is_broken(copied: list[Address]) -> None:
    [bet] = await bet_ids(copied[1], "stake = 11")
    await executed(copied[0].dsn, f"INSERT INTO command VALUES ('{bet}', {ANN}, '\\x00', 4001, '\\x80', 0)")
    report = await audited(copied)
    assert broken_in(report) == (set(), set(), {"places", "ids"})
    [row] = next(check for check in report.checks if check.name == "ids").broken
    assert (row["id"], row["databases"], row["players"]) == (bet, ["0-3", "4-7"], [ANN, ANN])


async def test_an_id_that_players_of_two_databases_used_is_their_doing_and_a_note(copied: list[Address]) -> None:
    [bet] = await bet_ids(copied[1], "stake = 11")
    await executed(copied[0].dsn, f"INSERT INTO command VALUES ('{bet}', {GUS}, '\\x00', 4001, '\\x80', 0)")
    report = await audited(copied)
    assert report.ok
    assert report.notes == [{"note": "players of two databases used one id", "id": bet, "players": [GUS, ANN]}]


async def test_an_id_of_two_bets_in_one_round_is_broken(copied: list[Address]) -> None:
    [bet] = await bet_ids(copied[1], "stake = 30")
    [other] = await bet_ids(copied[0], "stake = 25")
    await executed(
        copied[0].dsn,
        "".join(
            f"UPDATE {table} SET {key} = '{bet}' WHERE {key} = '{other}';"
            for table, key in (("bet", "id"), ("hold", "id"), ("transfer", "ref"))
        ),
    )
    report = await audited(copied)
    assert broken_in(report) == (set(), set(), {"ids", "tables"})
    [row] = next(check for check in report.checks if check.name == "ids").broken
    assert (row["table"], row["round"], row["players"]) == (TABLE, 1, [GUS, ANN])


async def test_evidence_names_both_databases_and_the_round(copied: list[Address]) -> None:
    await executed(copied[1].dsn, "UPDATE bet SET round = 9 WHERE stake = 5")
    report = await audited(copied)
    [bet] = await bet_ids(copied[1], "stake = 5")
    [row] = next(check for check in report.checks if not check.ok).broken
    assert row == {
        "problem": "bets in a round that there is none of",
        "database": "4-7",
        "database_of_table": "0-3",
        "table_id": TABLE,
        "round": 9,
        "bets": 1,
        "bet": bet,
    }


async def test_a_table_that_is_not_configured_is_a_note(honest: list[Address]) -> None:
    report = await audited(honest, tables=())
    assert report.ok
    assert report.notes == [{"note": "a table that is not configured: its memory was not read", "table": TABLE}]


async def test_evidence_is_limited(copied: list[Address]) -> None:
    await executed(
        copied[0].dsn,
        f"INSERT INTO command SELECT gen_random_uuid(), 10 * n + {ANN}, '\\x00', 4001, '\\x80', 0"
        " FROM generate_series(0, 99) n",
    )
    report = await audited(copied, evidence_max=3)
    assert len(next(check for check in report.checks if check.name == "places").broken) == 3


# --- when no audit can be made ---------------------------------------------------------------------------------------


async def test_exchanged_addresses_are_not_audited(honest: list[Address]) -> None:
    first, second = honest
    with pytest.raises(AuditImpossible, match="the shards 0-3: it is the database of the shards 4-7"):
        await audited([replace(first, dsn=second.dsn), replace(second, dsn=first.dsn)])


async def test_databases_that_no_platform_claimed_are_not_audited(addresses: list[Address]) -> None:
    with pytest.raises(AuditImpossible, match="the shards 0-3: it was never claimed"):
        await audited(addresses)


async def test_a_database_that_cannot_be_reached_is_named(honest: list[Address]) -> None:
    with pytest.raises(AuditImpossible, match="the shards 4-7: cannot audit"):
        await audited([honest[0], replace(honest[1], dsn="postgresql://nobody@127.0.0.1:1/none")])
