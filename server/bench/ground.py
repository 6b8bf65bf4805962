"""Where a measurement takes place: its plan, a folder of its own, and the servers and bots that it starts there."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final, Protocol

from server.bench.child import CROUPIER, Child, DidNotWork, ask
from server.bench.plan import Plan

READY_SECONDS_MAX: Final = 120.0
BOTS_SECONDS_MAX: Final = 180.0
"""What bots may take besides their play: arriving, and closing their books."""


class Door(Protocol):
    """Whatever players can connect to."""

    @property
    def url(self) -> str:
        """Its WebSocket address, or several with commas between them."""


class Bench(Protocol):
    """One measurement. It may keep what it learned in its first run: sizes that were best."""

    name: str

    def run(self, ground: "Ground") -> Mapping[str, float]:
        """Measure once; returns values by the keys of `goals.FIGURES`. Raises `DidNotWork`."""


@dataclass(frozen=True, slots=True)
class Ground:
    """`scratch` holds everything that is written and is thrown away afterwards; it should be on a real disk."""

    plan: Plan
    scratch: Path
    _numbers: Iterator[int] = field(default_factory=count)

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A new folder, removed at the end."""
        path = self.scratch / f"{next(self._numbers)}"
        path.mkdir()
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that is ready, and how long that took from the start of its process."""

    child: Child
    url: str
    ready_seconds: float


@contextmanager
def served(folder: Path, *more: str) -> Iterator[Server]:
    """`croupier serve` on the data dir in this folder, new or existing, until the end of the block."""
    with started("serve", (*CROUPIER, "serve"), folder, more) as server:
        yield server


@contextmanager
def started(name: str, program: Sequence[str], folder: Path, more: Sequence[str]) -> Iterator[Server]:
    """A program that takes `--port` and `--data-dir` and prints the line that says it is ready."""
    arguments = (*program, "--port", "0", "--data-dir", str(folder / "data"), *more)
    with Child(name, arguments, folder) as child:
        line = child.hear(READY_SECONDS_MAX)
        yield Server(child, line["ws"], child.heard_after_seconds)


def play(folder: Path, server: Door, game: str, players: int, seconds: float, *more: str) -> dict[str, Any]:
    """Let bots play, and return their report. Raises `DidNotWork` when they did not, or their books do not balance."""
    options = ("--url", server.url, "--game", game, "--players", str(players), "--seconds", str(seconds), "--json")
    report = ask("bots", (*CROUPIER, "bots", *options, *more), folder, seconds + BOTS_SECONDS_MAX)
    if not report["bets"] or report["balance_mismatches"] or "absent" in report["errors"]:
        raise DidNotWork(f"the bots report {report}")
    return report
