"""The command `croupier bots`, as people and programs use it."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest

from clients.bots.report import Report
from tests.support.fake_server import FakeServer

ROOT = Path(__file__).parents[3]


async def bots(*arguments: str, interrupt_when: FakeServer | None = None) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from server.cli.entry import main; main()", "bots", *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    if interrupt_when is not None:
        server = interrupt_when
        await server.until(lambda: server.seen["dice.bet"] > 20)
        process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_the_report_is_one_json_object_on_stdout_and_progress_goes_to_stderr() -> None:
    async with FakeServer() as server:
        code, out, err = await bots(
            "--url", server.url, "--game", "dice", "--players", "3", "--seconds", "1.3", "--in-flight", "2", "--json"
        )  # fmt: skip
    report = json.loads(out)
    assert code == 0
    assert list(report)[:10] == [
        "players", "seconds", "bets", "bets_per_s", "turns", "latency_ms", "errors", "staked", "won",
        "balance_mismatches",
    ]  # fmt: skip
    assert list(report["latency_ms"]) == ["p50", "p95", "p99", "max"]
    assert report["bets"] == server.seen["dice.bet"] > 0
    assert report["turns"] == report["bets"]
    assert report["bets_per_s"] == pytest.approx(report["bets"] / report["seconds"], rel=0.01)
    assert "\r3 players" in err


async def test_an_interrupt_ends_the_play_early_with_the_report() -> None:
    async with FakeServer() as server:
        code, out, _ = await bots(
            "--url", server.url, "--game", "dice", "--players", "2", "--seconds", "600", "--json", interrupt_when=server
        )  # fmt: skip
    report = json.loads(out)
    assert code == 0
    assert report["seconds"] < 60
    assert report["balance_mismatches"] == report["bets_unresolved"] == 0


async def test_people_get_a_table() -> None:
    async with FakeServer() as server:
        code, out, _ = await bots("--url", server.url, "--game", "dice", "--players", "1", "--seconds", "0.1")
    assert code == 0
    assert "balance mismatches  0" in out


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--players", "0", "players is 0"),
        ("--seconds", "0", "seconds is 0"),
        ("--stake-min", "500", "stakes from 500 to 200"),
        ("--url", "http://localhost", "isn't a valid URI"),
    ],
)
async def test_what_cannot_be_played_is_an_error_in_one_line(option: str, value: str, said: str) -> None:
    given = {"--url": "ws://127.0.0.1:1/ws", "--game": "dice", option: value}
    code, out, err = await bots(*(word for pair in given.items() for word in pair))
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert said in err
    assert len(err.splitlines()) == 1


async def test_a_server_that_lets_nobody_in_is_an_error_that_says_why() -> None:
    async with FakeServer(guests=False) as server, asyncio.timeout(180):
        code, out, err = await bots(
            "--url", server.url, "--game", "dice", "--players", "2", "--seconds", "600", "--json"
        )  # fmt: skip
    assert code == 2
    report = json.loads(out)
    assert (report["errors"], report["bets"]) == ({"2006": 2, "absent": 2}, 0)
    last = err.splitlines()[-1]
    assert last == f"error: nobody could log in at {server.url}: 2006 guests_not_allowed (2 times)"


def test_a_report_names_every_error_and_extra_figure() -> None:
    report = Report(
        players=1, seconds=1.0, bets=2, bets_per_s=2.0, turns=2, latency_ms={"p50": 1.0}, errors={"4001": 3},
        staked=1, won=2, balance_mismatches=4, reconnects=5, bets_unresolved=6, books_compared=7, books_closed=8,
        cpu_seconds=0.5, more={"rounds": 9},
    )  # fmt: skip
    assert report.as_json()["rounds"] == 9
    assert "4001: 3" in report.as_text()
    assert "rounds  9" in report.as_text()
