"""One id has one effect and one answer: asked twice, with another body, after a refusal or a restart, or at once."""

import asyncio
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from protocol.errors import Code
from tests.support.player import ANSWER_SECONDS_MAX, Fields, Player, dice, new_id, roulette
from tests.support.server import Server, serving, until
from tests.support.tables import quick_tables

pytestmark = pytest.mark.slow(seconds=6)

OPENING = 10_000_00
POSITION = {"epoch", "seq"}
"""Where in a stream an answer was given: not part of what it says."""
SLOW = quick_tables(1, betting_ms=60_000)


def said(answer: Fields) -> Fields:
    return {key: value for key, value in answer.items() if key not in POSITION}


async def stakes(server: Server, bet: bytes) -> tuple[int, int]:
    """How often this bet is in the ledger, and how often its stake was taken or held."""
    connection = await asyncpg.connect(server.database_url)
    try:
        row = await connection.fetchrow(
            "SELECT (SELECT count(*) FROM bet WHERE id = $1::text::uuid),"
            " (SELECT count(*) FROM transfer WHERE ref = $1::text::uuid AND kind = 1)"
            " + (SELECT count(*) FROM hold WHERE id = $1::text::uuid AND state = 1)",
            bet.hex(),
        )
        return tuple(row) if row is not None else (0, 0)
    finally:
        await connection.close()


BETS: list[Any] = [
    pytest.param(dice, id="dice"),
    pytest.param(lambda: roulette("roulette-1"), id="roulette"),
]


async def seated(player: Player, **login: Any) -> Fields:
    welcome = await player.log_in(**login)
    assert (await player.ask(t="table.sit", table="roulette-1"))["t"] == "done"
    return welcome


@pytest.mark.parametrize("bet_of", BETS)
async def test_the_same_bet_again_gets_the_same_answer_and_is_not_placed_again(data_dir: Path, bet_of: Any) -> None:
    bet = bet_of()
    async with serving(data_dir, settings={"tables": SLOW}) as server:
        async with Player(server.ws) as player:
            secret = (await seated(player))["guest_secret"]
            first = await player.ask(**bet)
            assert first["t"] in ("dice.settled", "roulette.placed")
            balance = await player.balance()
            assert await player.ask(**bet) == first
            for _ in range(20):  # more than a wallet remembers by itself
                assert (await player.ask(**dice(1)))["t"] == "dice.settled"
            assert said(await player.ask(**bet)) == said(first)
            await player.balance()
        async with Player(server.ws) as elsewhere:
            await elsewhere.log_in(secret=secret)
            assert said(await elsewhere.ask(**bet)) == said(first), "through another socket"
        await server.kill()
        await server.start()
        async with Player(server.ws) as player:
            await player.log_in(secret=secret)
            assert said(await player.settled(**bet)) == said(first), "after a crash"
            assert await stakes(server, bet["id"]) == (1, 1)
            assert (await player.balance())[1] == balance[1]
        await server.audit()


@pytest.mark.parametrize("bet_of", BETS)
async def test_another_body_under_a_used_id_is_an_error_of_its_own(data_dir: Path, bet_of: Any) -> None:
    bet = bet_of()
    others = [bet | {"balance": "bonus"}, dice(7, id=bet["id"]), roulette("roulette-1", ("black", 7), id=bet["id"])]
    async with serving(data_dir, settings={"tables": SLOW}) as server:
        async with Player(server.ws) as player:
            secret = (await seated(player))["guest_secret"]
            first = await player.ask(**bet)
            balance = await player.balance()
            for other in others:
                assert (await player.ask(**other))["code"] == Code.ID_REUSED
            assert await player.balance() == balance
            assert await player.ask(**bet) == first, "the id still has its first answer"
        await server.stop()
        await server.start()
        async with Player(server.ws) as player:
            await player.log_in(secret=secret)
            for other in others:
                assert (await player.settled(**other))["code"] == Code.ID_REUSED
            assert await player.balance() == balance
            assert await stakes(server, bet["id"]) == (1, 1)
        await server.audit()


async def test_a_bet_that_was_refused_for_lack_of_funds_stays_refused_after_a_win_and_a_restart(data_dir: Path) -> None:
    high = {"max_bet": 10**12, "exposure_max": 10**14}
    tables = quick_tables(1, betting_ms=60_000, max_total=10**12, **high)
    generous = {"game": "dice", "asset": "PLAY", "min_bet": 1, "max_bet": 10**12, "max_profit": 10**14}
    too_much = [dice(OPENING + 1), roulette("roulette-1", ("red", OPENING + 1))]
    async with serving(data_dir, settings={"tables": tables, "instant": [generous]}) as server:
        async with Player(server.ws) as player:
            secret = (await seated(player))["guest_secret"]
            refused = [await player.ask(**bet) for bet in too_much]
            assert [answer["code"] for answer in refused] == [Code.INSUFFICIENT_FUNDS] * 2
            available = OPENING
            while available <= OPENING:
                # Nine of ten are won, and one that is won makes good whatever was lost: of 100,000 runs one is ruined.
                won = await player.ask(**dice(12 * (OPENING + 1 - available), target=1_000))
                assert won["t"] == "dice.settled", won
                available = won["available"]
            again = [await player.ask(**bet) for bet in too_much]
            assert [said(answer) for answer in again] == [said(answer) for answer in refused]
        await server.kill()
        await server.start()
        async with Player(server.ws) as player:
            await player.log_in(secret=secret)
            after = [await player.settled(**bet) for bet in too_much]
            assert [said(answer) for answer in after] == [said(answer) for answer in refused]
            new = await player.ask(**dice(OPENING + 1))
            assert new["t"] == "dice.settled", "a new id may do what the refused ones may not"
        await server.audit()


async def test_a_bet_that_came_too_late_stays_refused_in_the_next_round(data_dir: Path) -> None:
    tables = quick_tables(1, betting_ms=400, closed_ms=1_000)
    async with serving(data_dir, settings={"tables": tables}) as server, Player(server.ws) as player:
        await seated(player)
        late, refused = await bet_until(player, lambda answer: answer.get("code") == Code.BETTING_CLOSED)
        in_time, placed = await bet_until(player, lambda answer: answer["t"] == "roulette.placed")
        assert said(await player.ask(**late)) == said(refused)
        assert said(await player.ask(**in_time)) == said(placed)
        await server.audit()


async def bet_until(player: Player, wanted: Callable[[Fields], bool]) -> tuple[Fields, Fields]:
    """Bet, round after round, until a bet has such an answer; return the two."""
    async with asyncio.timeout(ANSWER_SECONDS_MAX):
        while not wanted(answer := await player.ask(**(bet := roulette("roulette-1", ("red", 10))))):
            pass
    return bet, answer


async def test_one_bet_through_many_sockets_at_once_is_placed_once_and_answered_everywhere(data_dir: Path) -> None:
    settings = {"tables": SLOW, "limits.actor_idle_seconds": 0.001}
    async with serving(data_dir, settings=settings) as server:
        always = await actors_awake(server)
        async with Player(server.ws) as first, Player(server.ws) as second, Player(server.ws) as third:
            secret = (await seated(first))["guest_secret"]
            for other in (second, third):
                await other.log_in(secret=secret)
            for asleep in (True, False):  # a wallet with a stake on a table does not sleep
                for bet in (dice(), roulette("roulette-1")):
                    if asleep:
                        await until_asleep(server, always)
                    await placed_once(server, bet, first, second, second, third, third)
        await server.audit()


async def placed_once(server: Server, bet: Fields, *players: Player) -> None:
    """Send a bet through all of these sockets before any answer, twice through a socket that is given twice."""
    sent = [await player.send(bet) for player in players]
    answers = await asyncio.wait_for(asyncio.gather(*sent), ANSWER_SECONDS_MAX)
    assert {answer["t"] for answer in answers} <= {"dice.settled", "roulette.placed"}, answers
    assert all(said(answer) == said(answers[0]) for answer in answers)
    assert await stakes(server, bet["id"]) == (1, 1)


async def until_asleep(server: Server, always: float) -> None:
    """Wait until the host has put to sleep whatever may sleep: tables and jackpots are `always` awake."""
    async with asyncio.timeout(ANSWER_SECONDS_MAX):
        while await actors_awake(server) > always:
            await until(lambda: True)


async def actors_awake(server: Server) -> float:
    """How many actors the host has in memory."""

    def ask() -> float:
        with urllib.request.urlopen(f"{server.http}/metrics", timeout=ANSWER_SECONDS_MAX) as response:
            lines = response.read().decode().splitlines()
        return float(next(line.split()[1] for line in lines if line.startswith("croupier_actors ")))

    return await asyncio.to_thread(ask)


async def test_an_id_of_another_player_is_refused_and_disturbs_nobody(data_dir: Path) -> None:
    async with serving(data_dir, settings={"tables": SLOW}) as server:
        async with Player(server.ws) as owner, Player(server.ws) as thief:
            await seated(owner)
            await seated(thief)
            for bet in (dice(), roulette("roulette-1")):
                first = await owner.ask(**bet)
                before = await thief.balance()
                assert (await thief.settled(**bet))["code"] == Code.ID_REUSED
                assert await thief.balance() == before
                assert await owner.ask(**bet) == first
                assert (await thief.ask(**dice()))["t"] == "dice.settled"
        assert server.logged("batch failed") == [], "everybody's work was thrown away"
        await server.audit()


async def test_an_id_that_is_none_or_lies_in_the_future_is_refused(data_dir: Path) -> None:
    async with serving(data_dir) as server, Player(server.ws) as player:
        await player.log_in()
        ahead = (int.from_bytes(new_id()[:6], "big") + 3_600_000).to_bytes(6, "big") + new_id()[6:]
        assert (await player.ask(**dice(id=ahead)))["code"] == Code.ID_FROM_FUTURE
        assert (await player.ask(**dice(id=bytes(16))))["code"] == Code.BAD_ID
        assert await player.balance() == (OPENING, 0)
