"""The actors of a host, as the configuration has them: who there is, by which rules, and who is always awake."""

from collections.abc import Mapping
from typing import Any, Final

from structlog.typing import FilteringBoundLogger

from actors.fairness.seal import Sealer
from actors.games.interface import Limits as BetLimits
from actors.instant.load import InstantKind
from actors.jackpots.feeder import FeederKind
from actors.jackpots.jackpot import JackpotKind
from actors.jackpots.plan import Entries
from actors.poker.either import EitherTable
from actors.poker.load import PokerKind
from actors.runtime.actor import Kind
from actors.runtime.host import HostLimits
from actors.runtime.ref import Ref
from actors.table.load import TableKind
from actors.wallet.load import WalletKind
from actors.wallet.used_ids import UsedIds
from protocol.money import Asset
from server.config import Config
from server.play import configured_jackpots, configured_tables, poker_tables


def assets_of(config: Config) -> tuple[Asset, ...]:
    """The assets as the ledger knows them."""
    return tuple(Asset(asset.number, asset.code, asset.scale) for asset in config.assets)


def casino_kinds(config: Config, sealer: Sealer, used: UsedIds) -> dict[str, Kind]:
    """How actors of each kind are made."""
    assets, poker = assets_of(config), poker_tables(config)
    instant: dict[tuple[str, str], BetLimits] = {
        (one.game, one.asset): BetLimits(one.min_bet, one.max_bet, one.max_bet, one.max_profit)
        for one in config.instant
    }
    jackpots = Entries(configured_jackpots(config), config.shards)
    return {
        "wallet": WalletKind(assets, used, jackpots),
        "instant": InstantKind(assets, instant, sealer, jackpots),
        "table": EitherTable(
            poker, PokerKind(poker, assets, sealer), TableKind(configured_tables(config), assets, sealer, jackpots)
        ),
        "feeder": FeederKind(jackpots.plans),
        "jackpot": JackpotKind(jackpots.plans),
    }


def standing_actors(config: Config) -> list[Ref]:
    """The actors that are awake without being asked: a table's rounds go on by themselves, and so do jackpots."""
    jackpots = Entries(configured_jackpots(config), config.shards).actors()
    return [Ref("table", table.id) for table in config.tables] + jackpots


def host_limits(config: Config) -> HostLimits:
    """How much a host lets wait."""
    limits = config.limits
    return HostLimits(
        mailbox_max=limits.mailbox_max,
        batch_records_max=limits.batch_records_max,
        idle_ms=int(limits.actor_idle_seconds * 1000),
    )


class TurnFaults:
    """Writes to the log which turns raised: each of them is a bug."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        self._log = log

    def __call__(self, ref: Ref, message: Any, fault: BaseException) -> None:
        """One turn raised."""
        self._log.error(
            "a turn failed; its actors are loaded again", actor=str(ref), message=type(message).__name__, exc_info=fault
        )


class HostEvents:
    """Writes to the log what a runtime tells of itself."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        self._log = log

    def __call__(self, event: str, details: Mapping[str, Any]) -> None:
        """One event."""
        level = "error" if event in _ERRORS else "warning" if event in _WARNINGS else "info"
        getattr(self._log, level)(event, **details)


_WARNINGS: Final = frozenset(
    {
        "answers given up",
        "batch failed",
        "store not available",
        "load failed",
        "look-up failed",
        "host not reached",
        "routes not found",
    }
)
_ERRORS: Final = frozenset(
    {"commit failed", "actor cannot be loaded", "runtime broken", "fenced", "message not handled", "answer not taken"}
)
