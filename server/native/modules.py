"""Which modules are compiled, and where what was made of them is kept."""

import hashlib
import sys
import sysconfig
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
"""Of the sources: the folder of the packages."""
COMPILED: Final = (
    "protocol.codec",
    "protocol.ids",
    "protocol.money",
    "persistence.folding",
    "actors.fairness.draws",
    "actors.games.bets",
    "actors.games.alone",
    "actors.games.dice",
    "actors.games.hilo",
    "actors.games.keno",
    "actors.games.limbo",
    "actors.games.mines",
    "actors.games.plinko",
    "actors.games.slots.game",
    "actors.games.slots.reels",
    "actors.games.steps",
    "actors.games.videopoker",
    "actors.games.wheel",
    "actors.games.rounds",
    "actors.games.baccarat.game",
    "actors.games.blackjack.game",
    "actors.games.blackjack.hands",
    "actors.games.blackjack.messages",
    "actors.games.blackjack.play",
    "actors.games.blackjack.settle",
    "actors.games.blackjack.table",
    "actors.games.blackjack.turns",
    "actors.games.board.game",
    "actors.games.board.layout",
    "actors.games.board.messages",
    "actors.games.board.state",
    "actors.games.crash.bust",
    "actors.games.crash.curve",
    "actors.games.crash.game",
    "actors.games.crash.messages",
    "actors.games.crash.state",
    "actors.games.poker.bound",
    "actors.games.poker.changes",
    "actors.games.poker.deal",
    "actors.games.poker.deck",
    "actors.games.poker.events",
    "actors.games.poker.packed",
    "actors.games.poker.state",
    "actors.games.poker.table",
    "actors.games.poker.view",
    "actors.games.roulette.game",
    "actors.games.sicbo.game",
    "actors.instant.games",
    "actors.instant.instant",
    "actors.jackpots.feeder",
    "actors.poker.journal",
    "actors.poker.memory",
    "actors.poker.requests",
    "actors.poker.table",
    "actors.poker.till",
    "actors.runtime.courier",
    "actors.runtime.driver",
    "actors.runtime.exchange",
    "actors.runtime.host",
    "actors.runtime.link",
    "actors.runtime.local",
    "actors.runtime.lookups",
    "actors.runtime.reception",
    "actors.runtime.router",
    "actors.runtime.routes",
    "actors.runtime.switchboard",
    "actors.runtime.timers",
    "actors.runtime.turn",
    "actors.runtime.wire",
    "actors.table.memory",
    "actors.table.table",
    "actors.table.waiting",
    "actors.wallet.digest",
    "actors.wallet.memory",
    "actors.wallet.used_ids",
    "actors.wallet.wallet",
    "server.clock",
    "server.gateway.actions",
    "server.gateway.buckets",
    "server.gateway.connection",
    "server.gateway.frames",
    "server.gateway.history",
    "server.gateway.hub",
    "server.gateway.session",
    "server.gateway.topic",
    "server.gateway.websocket",
    "server.observe.metrics",
    "clients.bots.alone",
    "clients.bots.blackjack",
    "clients.bots.blackjack_table",
    "clients.bots.books",
    "clients.bots.bot",
    "clients.bots.crash",
    "clients.bots.dice",
    "clients.bots.framing",
    "clients.bots.instant",
    "clients.bots.latency",
    "clients.bots.poker.bot",
    "clients.bots.poker.follower",
    "clients.bots.poker.sitngo",
    "clients.bots.seat",
    "clients.bots.slots",
    "clients.bots.steps",
    "clients.bots.strategies",
    "clients.bots.table",
    "clients.bots.turns",
    "clients.bots.wins",
    "clients.bots.wire",
)
"""What a bet passes on its way, at the server and at a bot. They call each other directly, so all are used, or none."""
_FOLDER: Final = "croupier-native"
_SUFFIX: Final = sysconfig.get_config_var("EXT_SUFFIX")


def source_of(module: str) -> Path:
    """Where a module is written, relative to the root."""
    return Path(*module.split(".")).with_suffix(".py")


def folder() -> Path:
    """Where what was compiled from these very sources, for this very Python, belongs: beside its libraries."""
    digest = hashlib.blake2b(str(_SUFFIX).encode(), digest_size=12)
    for module in COMPILED:
        digest.update(module.encode() + b"\0" + (ROOT / source_of(module)).read_bytes())
    return Path(sys.prefix) / "lib" / _FOLDER / digest.hexdigest()


def libraries(made: Path) -> dict[str, Path]:
    """The libraries in such a folder, by the name they are imported by."""
    ending = str(_SUFFIX)
    return {
        ".".join(library.relative_to(made).parts).removesuffix(ending): library for library in made.rglob(f"*{ending}")
    }
