"""A host's way to the others: messages from its actors to those elsewhere, after the commit they arose in."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, NamedTuple

import msgpack

from actors.runtime.exchange import Exchange
from actors.runtime.link import Message
from actors.runtime.placement import shard_of
from actors.runtime.ref import Ref
from actors.runtime.routes import Routes
from actors.runtime.transport import Peer
from actors.runtime.wire import BEGUN, NOT_MINE, Codec, Tell
from protocol.ids import ShardId

HOPS_MAX: Final = 4
"""How many hosts pass a message on that is not for them; then the routes go in a circle, and it is dropped."""
PARKED_MAX: Final = 50_000
PARKED_SECONDS_MAX: Final = 10.0
"""How many messages wait for their shard to be somewhere, and how long; whoever sent one asks again anyway."""
TICK_SECONDS: Final = 0.05


class _Parked(NamedTuple):
    shard: ShardId
    data: bytes
    until: float


class Courier:
    """Takes messages to whoever has their actor. One that is dropped is counted: actors repeat what matters."""

    def __init__(
        self,
        name: str,
        shards: int,
        *,
        connect: Callable[[str], Peer],
        find_routes: Callable[[], Awaitable[Routes]],
        on_event: Callable[[str, Mapping[str, Any]], None],
        codec: Codec,
    ) -> None:
        self.dropped = 0
        self._on_event = on_event
        self._shards = shards
        self._codec = codec
        self._loop = asyncio.get_running_loop()
        self._parked: deque[_Parked] = deque()
        self.exchange = Exchange(
            name,
            shards,
            connect=connect,
            find_routes=find_routes,
            receive=self._received,
            gone=self._gone,
            moved=self._moved,
            on_event=on_event,
        )
        self._ticker = self._loop.call_later(TICK_SECONDS, self._tick)

    @property
    def waiting(self) -> int:
        """How many messages are not where they belong yet."""
        return len(self._parked) + sum(link.waiting for link in self.exchange.links.values())

    def send(self, ref: Ref, message: Any, sender: Ref) -> None:
        """An actor of this host says something to one elsewhere."""
        self._send(shard_of(ref, self._shards), self._codec.tell(ref, sender, 0, message))

    def pass_on(self, tell: Tell) -> None:
        """Another host's message for an actor that is not here."""
        if tell.hops >= HOPS_MAX:
            self.dropped += 1
            return
        data = self._codec.tell(tell.ref, tell.sender, tell.hops + 1, tell.command)
        self._send(shard_of(tell.ref, self._shards), data)

    def close(self) -> None:
        """Say nothing more."""
        self._ticker.cancel()
        self.exchange.close()

    def _send(self, shard: ShardId, data: bytes) -> None:
        found = self.exchange.link_to(shard)
        if found is None:
            self.exchange.ask_for_routes()
            if len(self._parked) < PARKED_MAX:
                self._parked.append(_Parked(shard, data, self._loop.time() + PARKED_SECONDS_MAX))
            else:
                self.dropped += 1
        elif not found[1].send(data):
            self.dropped += 1

    def _received(self, host: str, messages: list[Message]) -> None:
        for message in messages:
            try:
                if message[0] == NOT_MINE:
                    self.exchange.not_mine(message[2], host)
                elif message[0] != BEGUN:  # which is for whoever waits for answers
                    raise ValueError("a host is answered nothing of this kind")
            except Exception as fault:  # noqa: BLE001
                # One message that is not understood must not keep the others from being heard.
                self._on_event("message not handled", {"from": host, "kind": message[0], "exc_info": fault})

    def _gone(self, host: str, kept: list[bytes]) -> None:
        """What the host did not acknowledge goes to whoever has the actors now."""
        for data in kept:
            tell = self._codec.read_tell(msgpack.unpackb(data, use_list=False, strict_map_key=False))
            self._send(shard_of(tell.ref, self._shards), data)

    def _moved(self, shards: set[ShardId]) -> None:
        self._send_parked()

    def _send_parked(self) -> None:
        parked, self._parked = self._parked, deque()
        now = self._loop.time()
        for one in parked:
            if one.until < now:
                self.dropped += 1
                continue
            found = self.exchange.link_to(one.shard)
            if found is None:
                self._parked.append(one)
            elif not found[1].send(one.data):
                self.dropped += 1

    def _tick(self) -> None:
        self._ticker = self._loop.call_later(TICK_SECONDS, self._tick)
        if self._parked:
            self.exchange.ask_for_routes()
            self._send_parked()
