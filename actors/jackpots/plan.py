"""What a jackpot is: its levels as configured, the games that feed it, and where their players' feeders are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import count
from typing import Any, Final

from actors.fairness.jackpot import levels_won
from actors.runtime.ref import Ref
from protocol.ids import BetId, PlayerId, ShardId
from protocol.money import Asset
from protocol.shards import shard_of_key

PARTS: Final = 1_000_000
"""A share of `PARTS` would be the whole stake."""


@dataclass(frozen=True, slots=True)
class Level:
    """One pool: `share` of each stake feeds it, in parts per million, and it is won once for `every` units staked.

    It begins with `seed` of the house's, and is shown and paid up to `cap`; what comes above goes to the next one.
    """

    name: str
    share: int
    every: int
    seed: int
    cap: int

    @property
    def returned(self) -> Fraction:
        """What players get back of each unit staked, in the long run: its share, all of which is won, and the seeds."""
        return Fraction(self.share, PARTS) + Fraction(self.seed, self.every)


@dataclass(frozen=True, slots=True)
class Plan:
    """One jackpot. Its `number` is for ever: its accounts are made of it."""

    name: str
    number: int
    asset: Asset
    games: tuple[str, ...]
    levels: tuple[Level, ...]

    @property
    def returned(self) -> Fraction:
        """What players get back of each unit staked, in the long run, from all levels together."""
        return sum((level.returned for level in self.levels), Fraction(0))

    @property
    def recorded(self) -> dict[str, Any]:
        """What is written down with each bet: its name, and of each level what the draw is verified by."""
        levels = [[level.name, level.share, level.every] for level in self.levels]
        return {"name": self.name, "levels": levels}


@dataclass(frozen=True, slots=True)
class Entry:
    """A game in its jackpot, for the players of one shard: `feeder` is their neighbour."""

    plan: Plan
    feeder: Ref
    recorded: Mapping[str, Any]
    levels: tuple[tuple[str, int], ...]

    def won(
        self, server_seed: str, client_seed: str, nonce: int, stake: int, bet: BetId | None = None
    ) -> tuple[str, ...]:
        """The levels that a bet wins; `bet` is that of a bet at a table."""
        return levels_won(self.levels, server_seed, client_seed, nonce, stake, bet)


@lru_cache(maxsize=65_536)
def feeder_key(jackpot: str, shard: ShardId, shards: int) -> str:
    """The key of the feeder of a shard: the first one, of all that name both, that belongs to this shard."""
    keys = (f"{jackpot}.{shard}.{salt}" for salt in count())
    return next(key for key in keys if shard_of_key(key, shards) == shard)


def jackpot_of_feeder(key: str) -> str:
    """The jackpot that a feeder's key names."""
    return key.rsplit(".", 2)[0]


class Entries:
    """Which games are in which jackpot, on each of so many shards."""

    def __init__(self, plans: Iterable[Plan] = (), shards: int = 1) -> None:
        self.plans = {plan.name: plan for plan in plans}
        self._shards = shards
        self._by_shard: dict[ShardId, dict[tuple[str, str], Entry]] = {}

    def of(self, player: PlayerId) -> dict[tuple[str, str], Entry]:
        """By game and asset code, for a player's own games and bets."""
        if not self.plans:
            return {}
        shard = shard_of_key(player, self._shards)
        entries = self._by_shard.get(shard)
        if entries is None:
            entries = self._by_shard[shard] = {
                (game, plan.asset.code): Entry(
                    plan,
                    Ref("feeder", feeder_key(plan.name, shard, self._shards)),
                    plan.recorded,
                    tuple((level.name, level.every) for level in plan.levels),
                )
                for plan in self.plans.values()
                for game in plan.games
            }
        return entries

    def feeders(self, player: PlayerId) -> dict[str, Ref]:
        """The feeders of a player's shard, by jackpot."""
        return {entry.plan.name: entry.feeder for entry in self.of(player).values()}

    def plan_of(self, game: str, asset: str) -> Plan | None:
        """The jackpot that a game in this asset is in."""
        return next((one for one in self.plans.values() if game in one.games and one.asset.code == asset), None)

    def actors(self) -> list[Ref]:
        """All that are always awake: the pools, and the feeders of every shard."""
        pools = [Ref("jackpot", name) for name in self.plans]
        shards = [ShardId(shard) for shard in range(self._shards)]
        return pools + [Ref("feeder", feeder_key(name, shard, self._shards)) for name in self.plans for shard in shards]
