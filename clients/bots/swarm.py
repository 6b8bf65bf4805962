"""A swarm of bots from the first connect to the report."""

import asyncio
import gc
import os
import random
import resource
import signal
import ssl
import sys
import threading
import time
from contextlib import nullcontext, suppress
from itertools import cycle
from typing import Final

import uvloop

from clients.bots.alone import AloneBot
from clients.bots.blackjack_table import BlackjackBot
from clients.bots.bot import Bot
from clients.bots.config import (
    ARRIVAL_SECONDS_MAX,
    CLOSING_SECONDS_MAX,
    CONNECTING_MAX,
    FIRST_PAUSE_SECONDS,
    PAUSE_SECONDS_MAX,
    BotsConfig,
)
from clients.bots.crash import CrashBot
from clients.bots.dice import DiceBot, DiceTemplates
from clients.bots.grounds import Grounds
from clients.bots.journal import Journal
from clients.bots.layouts import LAYOUTS
from clients.bots.poker.bot import PokerBot
from clients.bots.poker.seats import Seats
from clients.bots.poker.sitngo import SitngoBot
from clients.bots.report import ABSENT, Report, Tally
from clients.bots.steps import StepBot
from clients.bots.table import TableBot
from clients.bots.tables import Tables
from clients.bots.turns import TURN_STRATEGIES
from clients.python.address import address_of, urls_of
from clients.python.backoff import Backoff
from clients.python.ids import Entropy
from protocol.game_names import GAME_NAMES

TICK_SECONDS: Final = 1.0
FILES_SPARE: Final = 64
"""Descriptors that a process needs besides its connections."""


def run(config: BotsConfig) -> Report:
    """Play in an event loop of its own until the time is over or the process gets SIGINT.

    For a process that does nothing else: meanwhile the cyclic garbage collector is off, and more files may be open.
    """
    _allow_files(config.players + FILES_SPARE)
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(play(config, stop_on_sigint=threading.current_thread() is threading.main_thread()))
    finally:
        gc.enable()
        gc.unfreeze()


async def play(config: BotsConfig, stop_on_sigint: bool = False, stopped: asyncio.Event | None = None) -> Report:
    """Play in this event loop until the time is over or it is `stopped`. The report counts from when all have arrived,
    or were waited for long enough.
    """
    loop = asyncio.get_running_loop()
    stopped = stopped or asyncio.Event()
    if stop_on_sigint:
        loop.add_signal_handler(signal.SIGINT, stopped.set)
    try:
        with Journal(config.journal, time.perf_counter) if config.journal is not None else nullcontext() as journal:
            swarm = Swarm(_grounds(config, loop, journal), stopped)
            return await swarm.run()
    finally:
        if stop_on_sigint:
            loop.remove_signal_handler(signal.SIGINT)


def _grounds(config: BotsConfig, loop: asyncio.AbstractEventLoop, journal: Journal | None) -> Grounds:
    addresses = [address_of(url) for url in urls_of(config.url)]
    return Grounds(
        config=config,
        addresses=cycle(addresses),
        tls=ssl.create_default_context() if any(uri.secure for uri in addresses) else None,
        loop=loop,
        clock=time.perf_counter,
        masks=Entropy(os.urandom),
        backoff=Backoff(FIRST_PAUSE_SECONDS, PAUSE_SECONDS_MAX, random.Random(config.seed).random),
        connecting=asyncio.Semaphore(CONNECTING_MAX),
        tally=Tally(complain=_say),
        journal=journal,
    )


def _say(line: str) -> None:
    sys.stderr.write(f"\n{line}\n")
    sys.stderr.flush()


def _allow_files(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Swarm:
    """All bots of a run, and the clock that they play by."""

    def __init__(self, grounds: Grounds, stopped: asyncio.Event) -> None:
        self._grounds = grounds
        self._stopped = stopped
        self._tables: Tables | None = None
        self._bots = self._make_bots()
        self._arrived: list[Bot] = []

    async def run(self) -> Report:
        """Arrive, play, close the books, leave."""
        ticker = asyncio.create_task(self._tick())
        try:
            await self._arrive()
            report = await self._play()
            await self._close_books()
        finally:
            ticker.cancel()
            await asyncio.gather(ticker, *(bot.leave() for bot in self._bots), return_exceptions=True)
        return self._report(*report)

    def _make_bots(self) -> list[Bot]:
        config, grounds = self._grounds.config, self._grounds
        games = GAME_NAMES if config.game == "all" else (config.game,)
        templates: dict[str, DiceTemplates] = {}
        tables, seats = Tables(config.table), Seats(config.table)
        if any(game in LAYOUTS for game in games):
            self._tables = tables
        bots: list[Bot] = []
        for number in range(config.players):
            game = games[number % len(games)]
            if game == "poker":
                bots.append(PokerBot(grounds, number, seats))
            elif game == "sitngo":
                bots.append(SitngoBot(grounds, number, config.table))
            elif game == "crash":
                bots.append(CrashBot(grounds, number, tables, game))
            elif game == "blackjack":
                bots.append(BlackjackBot(grounds, number, tables, game))
            elif game in LAYOUTS:
                bots.append(TableBot(grounds, number, tables, game))
            elif game == "dice":
                bots.append(DiceBot(grounds, number, templates))
            elif game in TURN_STRATEGIES:
                bots.append(StepBot(grounds, number, game))
            else:
                bots.append(AloneBot(grounds, number, game))
        return bots

    async def _arrive(self) -> None:
        """Log everyone in, spread over the ramp. Who cannot be logged in is left out."""
        ramp_seconds = self._grounds.config.ramp_seconds
        step_seconds = ramp_seconds / len(self._bots)

        async def come(bot: Bot) -> None:
            await asyncio.sleep(bot.number * step_seconds)
            if await bot.arrive():
                self._arrived.append(bot)

        coming = [asyncio.create_task(come(bot)) for bot in self._bots]
        everyone = asyncio.gather(*coming)
        stopped = asyncio.create_task(self._stopped.wait())
        try:
            await asyncio.wait(
                (everyone, stopped), timeout=ramp_seconds + ARRIVAL_SECONDS_MAX, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            stopped.cancel()
            everyone.cancel()
            await asyncio.gather(everyone, *coming, return_exceptions=True)
        absent = len(self._bots) - len(self._arrived)
        if absent:
            self._grounds.tally.errors[ABSENT] = absent

    async def _play(self) -> tuple[float, float]:
        """Let everyone play for the time of the run. Return how long it was, and how much processor time it took."""
        clock, seconds = self._grounds.clock, self._grounds.config.seconds
        began, cpu_began = clock(), time.process_time()
        until = began + seconds
        if self._arrived and not self._stopped.is_set():
            for bot in self._arrived:
                bot.start(until)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), seconds)
        for bot in self._arrived:
            bot.stop()
        return min(clock() - began, seconds), time.process_time() - cpu_began

    async def _close_books(self) -> None:
        finishing = [asyncio.create_task(bot.finished.wait()) for bot in self._arrived]
        if finishing:
            _, late = await asyncio.wait(finishing, timeout=CLOSING_SECONDS_MAX)
            for task in late:
                task.cancel()
        self._grounds.tally.unresolved += sum(bot.bets_unresolved() for bot in self._arrived)

    async def _tick(self) -> None:
        """Once a second: look for servers that have fallen silent, and show how it goes."""
        tally, clock = self._grounds.tally, self._grounds.clock
        bets_before, before = 0, clock()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            now = clock()
            for bot in self._bots:
                bot.check_silence(now)
            if self._grounds.config.progress:
                speed = (tally.bets - bets_before) / (now - before)
                sys.stderr.write(progress_line(tally, len(self._arrived), speed))
                sys.stderr.flush()
            bets_before, before = tally.bets, now

    def _report(self, seconds: float, cpu_seconds: float) -> Report:
        tally = self._grounds.tally
        if self._grounds.config.progress:
            sys.stderr.write("\n")
        return Report(
            players=len(self._bots),
            seconds=round(seconds, 3),
            bets=tally.bets,
            bets_per_s=round(tally.bets / seconds, 1) if seconds else 0.0,
            turns=tally.latencies.count,
            latency_ms=tally.latencies.summary_ms(),
            errors=dict(tally.errors),
            staked=tally.staked,
            won=tally.won,
            balance_mismatches=tally.mismatches,
            reconnects=tally.reconnects,
            bets_unresolved=tally.unresolved,
            books_compared=tally.compared,
            books_closed=tally.closed,
            cpu_seconds=round(cpu_seconds, 3),
            more=self._tables.fanout.summary() if self._tables is not None else {},
        )


def progress_line(tally: Tally, players: int, bets_per_s: float) -> str:
    """One line over the last: how many play, how fast, and what went wrong."""
    return (
        f"\r{players} players  {tally.bets:,} bets  {bets_per_s:,.0f}/s  "
        f"{sum(tally.errors.values())} errors  {tally.mismatches} mismatches  {tally.reconnects} reconnects \x1b[K"
    )
