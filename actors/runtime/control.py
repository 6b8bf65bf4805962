"""What is asked of a host besides messages for actors, and what it answers: msgpack maps.

| method    | asks                                        | answers                                            |
|-----------|---------------------------------------------|----------------------------------------------------|
| `acquire` | `shards`                                    | `owned`, `refused`: {shard: epoch that has it}     |
| `release` | `shards`                                    | `owned`                                            |
| `drain`   |                                             | `owned`: nothing; it acquires nothing from then on |
| `stop`    |                                             | nothing; everything is committed and given back    |
| `routes`  | `routes`: [(shard, host, version)]          | nothing                                            |
| `health`  |                                             | `name`, `epoch`, `owned`, `ready`, `draining`,     |
|           |                                             | `unproved`: for how long, see `Driver.proof_age`   |
| `status`  |                                             | the same, counters, and `loads`: {shard: turns a   |
|           |                                             | second}, of busy ones, see `actors.runtime.loads`  |

`link` is another form: see `actors.runtime.link`. A call that raises at the other end is `PeerLost` to whoever called.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgpack

from actors.runtime.routes import Route, Routes
from protocol.ids import ShardId


def pack(fields: Mapping[str, Any]) -> bytes:
    """The bytes of a question or an answer."""
    return msgpack.packb(fields)  # type: ignore[no-any-return]


def unpack(payload: bytes) -> dict[str, Any]:
    """The map in these bytes; no bytes are an empty one. Raises `ValueError`."""
    fields = msgpack.unpackb(payload, use_list=False, strict_map_key=False) if payload else {}
    if not isinstance(fields, dict):
        raise ValueError("not a map")
    return fields


def pack_shards(shards: Iterable[ShardId]) -> bytes:
    """The question of `acquire` and `release`."""
    return pack({"shards": sorted(shards)})


def pack_routes(routes: Routes) -> bytes:
    """The question of `routes`."""
    return pack({"routes": [(shard, *route) for shard, route in routes.items()]})


def unpack_routes(payload: bytes) -> dict[ShardId, Route]:
    """The routes in it."""
    return {ShardId(shard): Route(host, version) for shard, host, version in unpack(payload)["routes"]}
