"""Bots at a server that loses, repeats, hesitates, lies and dies: every bet counts once, and every lie is seen."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from clients.bots import BotsConfig, Report, play
from tests.support.fake_server import FakeServer, Nastiness, Nasty

TABLES = {"roulette-1": "european", "roulette-2": "american", "roulette-3": "la_partage"}
PLAY_SECONDS_MAX = 300.0
"""Nobody plays for so long: a run is over as soon as enough has happened."""
DICE_BETS = 100
ROULETTE_BETS = 30
ROUNDS = 3


async def dice(server: FakeServer, enough: Callable[[], bool] | None = None, **more: Any) -> Report:
    """Play until enough has happened: so many bets, unless something else is said."""
    settings = {"players": 3, "seed": 1, **more}
    return await played(server, enough or (lambda: server.seen["dice.bet"] > DICE_BETS), game="dice", **settings)


async def roulette(server: FakeServer, enough: Callable[[], bool] | None = None, **more: Any) -> Report:
    """Play until enough has happened: so many bets and rounds at every table, unless something else is said."""
    settings = {"players": 6, "seed": 1, **more}
    return await played(server, enough or (lambda: has_played(server)), game="roulette", **settings)


def has_played(server: FakeServer, bets: int = ROULETTE_BETS, rounds: int = ROUNDS) -> bool:
    """Whether so many bets were sent, and each table is in a round after so many."""
    seen = server.seen["roulette.bet"]
    return seen > bets and all(table.round > rounds for table in server.house.tables.values())


async def played(server: FakeServer, enough: Callable[[], bool], **settings: Any) -> Report:
    stopped = asyncio.Event()
    config = BotsConfig(**{"url": server.url, "seconds": PLAY_SECONDS_MAX, **settings})
    playing = asyncio.create_task(play(config, stopped=stopped))
    waiting = asyncio.create_task(server.until(enough))
    try:
        await asyncio.wait((playing, waiting), return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.set()
        waiting.cancel()
    return await playing


def money_moved(server: FakeServer) -> int:
    return sum(player.available + player.held - server.house.opening for player in server.house.players.values())


def assert_books_are_right(report: Report, server: FakeServer) -> None:
    assert report.balance_mismatches == 0
    assert report.bets_unresolved == 0
    assert report.books_closed == report.players
    assert report.won - report.staked == money_moved(server)
    assert len(server.house.players) == report.players


@pytest.mark.parametrize("in_flight", [1, 5])
async def test_dice_bets_are_counted_and_every_balance_is_compared(in_flight: int) -> None:
    async with FakeServer() as server:
        report = await dice(server, in_flight=in_flight)
    assert_books_are_right(report, server)
    assert report.bets == server.seen["dice.bet"] > 50
    assert report.books_compared >= report.bets
    assert report.errors == {}
    assert report.latency_ms["p50"] <= report.latency_ms["p99"] <= report.latency_ms["max"]


async def test_roulette_bets_are_settled_and_every_change_of_the_wallet_is_compared() -> None:
    async with FakeServer(tables=TABLES) as server:
        report = await roulette(server)
    assert_books_are_right(report, server)
    assert set(report.errors) <= {"5001"}, "too late for a round"
    assert report.bets + report.errors.get("5001", 0) == server.seen["roulette.bet"]
    assert report.bets > 10
    assert report.more["rounds"] >= 3
    assert report.more["watchers_max"] == 2


async def test_bots_go_on_at_the_next_address_when_one_does_not_answer() -> None:
    async with FakeServer() as gone:
        pass
    async with FakeServer() as server:
        report = await dice(server, url=f"{gone.url},{server.url}", players=4)
    assert_books_are_right(report, server)
    assert report.bets > 50


async def test_bots_can_be_put_at_one_table() -> None:
    async with FakeServer(tables=TABLES) as server:
        report = await roulette(server, lambda: server.house.tables["roulette-2"].round > 1, table="roulette-2")
    assert_books_are_right(report, server)
    assert {request["table"] for request in server.requests if request["t"] == "table.sit"} == {"roulette-2"}


@pytest.mark.parametrize(
    "nasty", [Nasty.LOSE_REQUEST, Nasty.LOSE_REPLY, Nasty.SAY_TWICE, Nasty.TRY_AGAIN, Nasty.DO_BUT_TRY_AGAIN]
)
@pytest.mark.parametrize("in_flight", [1, 4])
async def test_a_dice_bet_is_made_once_whatever_happens_to_it(nasty: Nasty, in_flight: int) -> None:
    async with FakeServer(Nastiness("dice.bet", nasty, 5, 9), Nastiness("dice.bet", nasty, 40, 41)) as server:
        report = await dice(server, in_flight=in_flight)
    assert_books_are_right(report, server)
    assert report.bets == len(server.house.bets_done) == len(set(server.house.bets_done))
    if nasty in (Nasty.LOSE_REQUEST, Nasty.LOSE_REPLY):
        assert report.reconnects > 0
        assert server.seen["resume"] == report.reconnects
        assert server.seen["wallet.balances"] > report.players
    if nasty in (Nasty.TRY_AGAIN, Nasty.DO_BUT_TRY_AGAIN):
        assert report.errors == {"6001": 7}


@pytest.mark.parametrize(
    ("tag", "nasty"),
    [
        ("roulette.bet", Nasty.LOSE_REQUEST),
        ("roulette.bet", Nasty.LOSE_REPLY),
        ("roulette.bet", Nasty.SAY_TWICE),
        ("roulette.bet", Nasty.DO_BUT_TRY_AGAIN),
        ("roulette.undo", Nasty.LOSE_REPLY),
        ("table.sit", Nasty.LOSE_REQUEST),
        ("table.sit", Nasty.TRY_AGAIN),
        ("lobby.list", Nasty.LOSE_REPLY),
        ("auth.guest", Nasty.LOSE_REQUEST),
        ("auth.guest", Nasty.TRY_AGAIN),
        ("watch", Nasty.LOSE_REQUEST),
    ],
)
async def test_a_roulette_bet_is_made_once_whatever_happens_to_it_or_before_it(tag: str, nasty: Nasty) -> None:
    async with FakeServer(Nastiness(tag, nasty, 2, 4), tables=TABLES) as server:
        report = await roulette(server, lambda: server.seen[tag] > 4 and has_played(server))
    assert_books_are_right(report, server)
    placed = [request for request in server.requests if request["t"] == "roulette.bet"]
    assert report.bets <= len({request["id"] for request in placed})
    assert report.bets > 0


@pytest.mark.parametrize("nasty", [Nasty.MISSTATE, Nasty.OVERPAY])
async def test_a_dice_reply_that_is_off_by_one_is_a_mismatch(nasty: Nasty) -> None:
    async with FakeServer(Nastiness("dice.bet", nasty, 10, 10)) as server:
        report = await dice(server, players=1)
    # The lie about a balance is seen twice: when it is told, and when the next balance is right again.
    assert report.balance_mismatches == (2 if nasty is Nasty.MISSTATE else 1)


@pytest.mark.parametrize("tag", ["roulette.undo", "roulette.clear"])
async def test_a_bet_whose_return_is_heard_of_after_its_round_is_no_lost_bet(tag: str) -> None:
    async with FakeServer(Nastiness(tag, Nasty.DO_BUT_TRY_AGAIN, 1, 12), tables={"roulette-1": "european"}) as server:
        report = await roulette(server, lambda: server.seen[tag] > 12 and has_played(server), players=2)

    assert_books_are_right(report, server)


async def test_a_roulette_reply_that_is_off_by_one_is_a_mismatch() -> None:
    async with FakeServer(Nastiness("roulette.bet", Nasty.MISSTATE, 3, 3), tables=TABLES) as server:
        report = await roulette(server)
    assert report.balance_mismatches > 0


async def test_a_table_that_pays_wrongly_is_seen() -> None:
    async with FakeServer(tables=TABLES) as server:
        honest = server.house.pays
        server.house.pays = lambda variant, spot, amount, pocket: honest(variant, spot, amount, pocket) + 1
        report = await roulette(server)
    assert report.balance_mismatches > 0


async def test_a_bet_that_was_accepted_and_is_lost_is_seen() -> None:
    async with FakeServer(tables={"roulette-1": "european"}) as server:

        async def lose_bets() -> None:
            await server.until(lambda: bool(server.house.tables["roulette-1"].bets))
            server.house.tables["roulette-1"].bets.clear()
            await server.crash()
            await server.start()

        report = await while_playing(roulette, server, lose_bets)
    assert report.balance_mismatches > 0


async def test_a_table_event_that_never_came_is_made_up_for() -> None:
    async with FakeServer(tables={"roulette-1": "european"}) as server:

        async def lose_an_event() -> None:
            for round_number in (1, 2):
                await server.until(lambda n=round_number: server.house.tables["roulette-1"].round > n)  # type: ignore[misc]
                server.lost_events = 3

        report = await while_playing(roulette, server, lose_an_event)
    assert_books_are_right(report, server)
    assert report.bets > 0
    assert server.seen["watch"] > report.players


@pytest.mark.parametrize("game", ["dice", "roulette"])
@pytest.mark.parametrize("forgotten", ["nothing", "sessions", "tokens too"])
async def test_a_crash_is_survived_and_the_bots_play_on(game: str, forgotten: str) -> None:
    async with FakeServer(tables=TABLES) as server:

        async def crash() -> None:
            await server.until(lambda: server.seen[f"{game}.bet"] > 5)
            await server.crash()
            if forgotten != "nothing":
                server.forget_sessions()
            if forgotten == "tokens too":
                server.forget_tokens()
            await server.start()

        report = await while_playing(dice if game == "dice" else roulette, server, crash)
    assert_books_are_right(report, server)
    assert report.reconnects == report.players
    ways = Counter(login["t"] for login in server.logins if login not in server.refused_logins)
    by = {"nothing": "resume", "sessions": "auth.token", "tokens too": "auth.guest"}[forgotten]
    assert ways[by] >= report.players
    assert report.bets == len([bet for bet in server.house.bets_done if accepted(server, bet)])


async def test_a_round_that_ended_while_nobody_was_connected_is_proved() -> None:
    async with FakeServer(tables={"roulette-1": "european"}) as server:
        table = server.house.tables["roulette-1"]

        async def crash() -> None:
            await server.until(lambda: bool(table.bets))
            await server.crash()
            while table.phase != "settled":
                server.house.advance(table)
            server.tables_rest = True
            await server.start()
            await server.until(lambda: server.seen["fairness.proof"] > 0)

        report = await while_playing(roulette, server, crash, bets_after=0, rounds_after=0)
    assert_books_are_right(report, server)
    assert server.seen["fairness.proof"] > 0


async def test_a_table_that_is_gone_after_a_crash_is_given_up() -> None:
    async with FakeServer(tables={"roulette-1": "european"}) as server:

        async def crash() -> None:
            await server.until(lambda: server.seen["roulette.bet"] > 0)
            await server.crash()
            server.forget_sessions()
            del server.house.tables["roulette-1"]
            await server.start()
            await server.until(lambda: len(server.logins) >= 4 and not server.callers)

        report = await while_playing(roulette, server, crash, bets_after=0, players=2)
    assert report.errors["stream ended"] == report.errors["1012"] == 2


async def test_a_request_that_the_server_never_decides_is_unresolved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clients.bots.bot.REPEATS_MAX", 2)
    async with FakeServer(Nastiness("dice.bet", Nasty.DO_BUT_TRY_AGAIN, 5, 7)) as server:
        report = await dice(server, players=1)
    assert report.bets_unresolved == 1
    assert report.errors == {"6001": 3}
    assert report.balance_mismatches == 0
    assert report.bets == len(server.house.bets_done) - 1


@pytest.mark.parametrize("tag", ["dice.bet", "wallet.balances"])
async def test_a_server_that_has_fallen_silent_is_left_and_asked_again(
    monkeypatch: pytest.MonkeyPatch, tag: str
) -> None:
    monkeypatch.setattr("clients.bots.bot.ANSWER_SECONDS_MAX", 0.2)
    monkeypatch.setattr("clients.bots.swarm.TICK_SECONDS", 0.05)
    async with FakeServer(Nastiness(tag, Nasty.SILENCE)) as server:
        report = await dice(server, players=1)
    assert_books_are_right(report, server)
    assert report.errors == {"silence": 1}
    assert report.reconnects == 1


async def test_a_bot_whose_session_goes_on_elsewhere_does_not_come_back() -> None:
    async with FakeServer(Nastiness("dice.bet", Nasty.CLOSE_FOR_GOOD, 10, 10)) as server:
        report = await dice(server)
    assert report.errors == {"closed 4003": 1}
    assert report.reconnects == 0
    assert report.books_closed == report.players - 1
    assert report.bets_unresolved == 1


async def test_a_bot_without_money_stops_betting() -> None:
    async with FakeServer(opening=50) as server:
        report = await dice(server, lambda: is_told_no(server), players=1, stake_min=40, stake_max=40)
    assert_books_are_right(report, server)
    assert report.errors == {"4001": 1}


async def test_a_bot_that_no_table_takes_gives_up() -> None:
    async with FakeServer() as server:
        report = await roulette(server, players=2)
    assert report.errors == {"no table": 2, "absent": 2}
    assert report.bets == 0


async def test_guests_who_are_not_allowed_give_up() -> None:
    async with FakeServer(guests=False) as server:
        report = await dice(server, players=2)
    assert report.errors == {"2006": 2, "absent": 2}


async def test_the_same_seed_makes_the_same_bets() -> None:
    plays = []
    for seed in (5, 5, 6):
        async with FakeServer() as server:
            await dice(server, players=1, seed=seed)
        bets = [request for request in server.requests if request["t"] == "dice.bet"][:30]
        plays.append([(bet["amount"], bet["target"], bet["over"], bet["id"][8:]) for bet in bets])
    assert len(plays[0]) == 30
    assert plays[0] == plays[1] != plays[2]


async def test_a_clock_that_is_wrong_by_a_year_does_not_matter() -> None:
    year_ms = 365 * 86_400_000
    async with FakeServer(clock_ahead_ms=year_ms) as server:
        report = await dice(server, players=1)
    assert_books_are_right(report, server)
    times = [int.from_bytes(request["id"][:6], "big") for request in server.requests]
    assert min(times) > year_ms + 1_700_000_000_000


async def test_the_journal_has_every_acknowledged_bet(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    async with FakeServer(tables=TABLES) as server:
        played = [await dice(server, journal=path), await roulette(server, journal=path)]
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    placed = {line["id"] for line in lines if line["reply"]["t"] in ("dice.settled", "roulette.placed")}
    assert len(placed) == sum(report.bets for report in played)
    assert placed <= {bet.hex() for bet in server.house.bets_done}


async def test_a_ramp_spreads_the_logins() -> None:
    async with FakeServer() as server:
        started = asyncio.get_running_loop().time()
        report = await dice(server, players=5, ramp_seconds=0.5)
        assert asyncio.get_running_loop().time() - started > 0.39, "the last of five begins after four fifths of it"
    assert_books_are_right(report, server)


def accepted(server: FakeServer, bet: bytes) -> bool:
    answers = [player.answers[bet] for player in server.house.players.values() if bet in player.answers]
    return answers[0]["t"] in ("dice.settled", "roulette.placed")


def is_told_no(server: FakeServer) -> bool:
    """Whether a bet was refused."""
    answers = [answer for player in server.house.players.values() for answer in player.answers.values()]
    return any(answer["t"] == "error" for answer in answers)


async def while_playing(
    run: Callable[..., Awaitable[Report]],
    server: FakeServer,
    interfere: Callable[[], Awaitable[None]],
    *,
    bets_after: int = 20,
    rounds_after: int = 2,
    **more: Any,
) -> Report:
    """Let something happen in the middle of a run, which goes on for so many bets, and rounds at a table, after it."""
    goals: tuple[int, dict[str, int]] | None = None

    async def interfering() -> None:
        nonlocal goals
        await interfere()
        tables = server.house.tables.values()
        goals = bets_at(server) + bets_after, {table.id: table.round + rounds_after for table in tables}
        server.wake()

    def enough() -> bool:
        if goals is None:
            return False
        bets, rounds = goals
        return bets_at(server) >= bets and all(server.house.tables[table].round >= rounds[table] for table in rounds)

    task = asyncio.create_task(interfering())
    try:
        return await run(server, enough, **more)
    finally:
        await task


def bets_at(server: FakeServer) -> int:
    return server.seen["dice.bet"] + server.seen["roulette.bet"]
