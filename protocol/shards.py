"""Which shard a key lives on, the same for ever, and how the shards are divided among databases."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

from protocol.ids import PlayerId, ShardId

_RANGE: Final = re.compile(r"([0-9]{1,6})(?:\s*-\s*([0-9]{1,6}))?")


def shard_of_key(key: str | int, shards: int) -> ShardId:
    """CRC-32 of the affinity key as text, modulo the number of shards."""
    return ShardId(zlib.crc32(str(key).encode()) % shards)


class NotARange(ValueError):
    """A text that names no range of shards."""

    def __init__(self, text: str, reason: str) -> None:
        self.text = text
        self.reason = reason
        super().__init__(f"{text!r} is not a range of shards such as 0-127: {reason}")


class NotAPartition(ValueError):
    """Ranges that do not hold each shard exactly once. `culprit` is the range to be mended, if it is one."""

    def __init__(self, reason: str, culprit: "ShardRange | None" = None) -> None:
        self.reason = reason
        self.culprit = culprit
        super().__init__(reason)


@dataclass(frozen=True, slots=True, order=True)
class ShardRange:
    """The shards `first` to `last`, both of them included; written `0-127`."""

    first: ShardId
    last: ShardId

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `0-127`, or `7` for one shard. Raises NotARange."""
        matched = _RANGE.fullmatch(text.strip())
        if matched is None:
            raise NotARange(text, "it takes two whole numbers with a hyphen between them")
        first, last = int(matched[1]), int(matched[2] or matched[1])
        if first > last:
            raise NotARange(text, f"{first} is more than {last}")
        return cls(ShardId(first), ShardId(last))

    @classmethod
    def whole(cls, shards: int) -> Self:
        """All of so many shards."""
        return cls(ShardId(0), ShardId(shards - 1))

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"

    def __contains__(self, shard: object) -> bool:
        return isinstance(shard, int) and self.first <= shard <= self.last

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __iter__(self) -> Iterator[ShardId]:
        return (ShardId(shard) for shard in range(self.first, self.last + 1))


@dataclass(frozen=True, slots=True)
class Partition:
    """All shards, in parts that do not overlap, by number of the shards; each part is what one database holds.

    Raises NotAPartition. Answers are places in `parts`.
    """

    shards: int
    parts: tuple[ShardRange, ...]

    def __post_init__(self) -> None:
        expected = 0
        for before, part in zip((None, *self.parts), self.parts, strict=False):
            if part.first < expected:
                raise NotAPartition(f"overlaps {before}", part)
            if part.first > expected:
                raise NotAPartition(f"nothing holds the shards {expected}-{part.first - 1} before it", part)
            if part.last >= self.shards:
                raise NotAPartition(f"there are {self.shards} shards, so the last one is {self.shards - 1}", part)
            expected = part.last + 1
        if expected != self.shards:
            raise NotAPartition(f"nothing holds the shards {expected}-{self.shards - 1}")

    @classmethod
    def whole(cls, shards: int) -> Self:
        """One part that holds everything."""
        return cls(shards, (ShardRange.whole(shards),))

    def of_shard(self, shard: ShardId) -> int:
        """The part that holds a shard. Raises LookupError when there is no such shard."""
        for index, part in enumerate(self.parts):
            if shard in part:
                return index
        raise LookupError(f"there is no shard {shard}: there are {self.shards}")

    def of_key(self, key: str | int) -> int:
        """The part that holds the actors of an affinity key: a player's number, a table's id."""
        return self.of_shard(shard_of_key(key, self.shards))

    def of_player(self, player: PlayerId) -> int:
        """The part that holds a player's wallet, bets and seeds."""
        return self.of_key(player)

    def of_table(self, table: str) -> int:
        """The part that holds a table's rounds and journal; the bets at it are where their players are."""
        return self.of_key(table)
