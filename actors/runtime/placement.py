"""Which shard an actor lives on."""

from actors.runtime.ref import Ref
from protocol.ids import ShardId
from protocol.shards import shard_of_key


def shard_of(ref: Ref, shards: int) -> ShardId:
    """The shard of its affinity key: the same for ever, for every process and every release."""
    return shard_of_key(ref.affinity, shards)
