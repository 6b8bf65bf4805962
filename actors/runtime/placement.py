"""Which shard a key lives on: the same for ever, for every process and every release."""

import zlib

from actors.runtime.ref import Ref
from protocol.ids import ShardId


def shard_of(ref: Ref, shards: int) -> ShardId:
    """CRC-32 of the affinity key as text, modulo the number of shards of the database."""
    return ShardId(zlib.crc32(str(ref.affinity).encode()) % shards)
