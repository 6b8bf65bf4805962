"""A gateway's way to the hosts: each message to the host that has its actor, and again until it is answered.

Whatever becomes of a host, a message keeps its id and is repeated where its shard has gone: whoever asked sees a pause.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from actors.runtime.actor import ReplyTo
from actors.runtime.exchange import Exchange
from actors.runtime.link import Message
from actors.runtime.placement import shard_of
from actors.runtime.ref import Ref
from actors.runtime.routes import NOBODY, Routes
from actors.runtime.transport import Peer
from actors.runtime.turn import Outbox
from actors.runtime.wire import ANSWER, BEGUN, EVENT, NOT_MINE, Codec
from protocol.commands import Watchers
from protocol.errors import Code, Refusal
from protocol.ids import ShardId

REQUESTS_MAX: Final = 50_000
PATIENCE_SECONDS_MAX: Final = 10.0
"""How long a message waits for its answer, whatever happens; then whoever asked is told to try again."""
TICK_SECONDS: Final = 0.05
_PAUSES: Final = frozenset({Code.TRY_AGAIN, Code.RESTARTING})
"""What a host says that cannot answer now; another one, or the same one soon, can."""


class Request:
    """A message that waits for its answer. Without `host` it waits for somebody to send it to."""

    __slots__ = ("data", "deadline", "host", "number", "reply_to", "shard")

    def __init__(self, number: int, shard: ShardId, data: bytes, reply_to: ReplyTo, deadline: float) -> None:
        self.number = number
        self.shard = shard
        self.data = data
        self.reply_to = reply_to
        self.deadline = deadline
        self.host = NOBODY


class Router:
    """What a gateway has instead of a runtime in its own process.

    `name` is this process's, which no other ever has. `connect` makes a peer of a host's name; `find_routes` asks
    somebody who knows. `outbox` gets the events of what is watched; and where it has a method `lost(topic)`, that is
    told when events of a topic may have been missed.
    """

    def __init__(
        self,
        name: str,
        shards: int,
        *,
        connect: Callable[[str], Peer],
        find_routes: Callable[[], Awaitable[Routes]],
        outbox: Outbox,
        on_event: Callable[[str, Mapping[str, Any]], None],
        codec: Codec | None = None,
        patience_seconds: float = PATIENCE_SECONDS_MAX,
    ) -> None:
        self.outbox = outbox
        self._shards = shards
        self._codec = codec if codec is not None else Codec()
        self._patience = patience_seconds
        self._loop = asyncio.get_running_loop()
        self._numbers = 0
        self._requests: dict[int, Request] = {}
        self._parked: dict[int, Request] = {}
        self._watched: dict[Ref, str] = {}
        """The topics that are watched, by their actors, and the host that was told so."""
        self._watchers: dict[Ref, Watchers] = {}
        self._on_event = on_event
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

    # --- for the gateway ---

    @property
    def waiting(self) -> int:
        """How many messages wait for their answers."""
        return len(self._requests)

    def post(self, ref: Ref, command: Any, reply_to: ReplyTo | None) -> None:
        """See `Host.post`. `OVERLOADED` when too much waits, `TRY_AGAIN` when nobody answers in time."""
        shard = shard_of(ref, self._shards)
        if reply_to is None:
            self._say(ref, shard, command)
            return
        if len(self._requests) >= REQUESTS_MAX:
            reply_to(Refusal(Code.OVERLOADED, {"requests_max": REQUESTS_MAX}))
            return
        self._numbers += 1
        number = self._numbers
        data = self._codec.post(number, ref, command)
        request = Request(number, shard, data, reply_to, self._loop.time() + self._patience)
        self._requests[number] = request
        self._send(request)

    def watch(self, ref: Ref) -> None:
        """Have the events of an actor's topic come here, until `unwatch`; of each one once."""
        if ref not in self._watched:
            self._watched[ref] = NOBODY
            self._watch(ref)

    def unwatch(self, ref: Ref) -> None:
        """Have them come no more."""
        host = self._watched.pop(ref, NOBODY)
        self._watchers.pop(ref, None)
        link = self.exchange.links.get(host)
        if link is not None:
            link.send(self._codec.unwatch(ref))

    def learn(self, routes: Routes) -> None:
        """Take routes from whoever publishes them."""
        self.exchange.learn(routes)

    def close(self) -> None:
        """Send nothing more. Whoever waits is told to reconnect."""
        self._ticker.cancel()
        self.exchange.close()
        requests, self._requests = self._requests, {}
        self._parked.clear()
        for request in requests.values():
            self._reply(request, Refusal(Code.RESTARTING))

    # --- to the hosts ---

    def _send(self, request: Request) -> None:
        found = self.exchange.link_to(request.shard)
        if found is None:
            self._park(request)
            self.exchange.ask_for_routes()
            return
        request.host, link = found
        self._parked.pop(request.number, None)
        if not link.send(request.data):
            self._requests.pop(request.number, None)
            self._reply(request, Refusal(Code.OVERLOADED, {"link": request.host}))

    def _park(self, request: Request) -> None:
        request.host = NOBODY
        self._parked[request.number] = request

    def _say(self, ref: Ref, shard: ShardId, command: Any) -> None:
        """What nobody waits for is said once; but how many watch is said again to whoever has the actor later."""
        if type(command) is Watchers:
            self._watchers[ref] = command
        found = self.exchange.link_to(shard)
        if found is not None:
            found[1].send(self._codec.post(0, ref, command))

    def _watch(self, ref: Ref) -> None:
        found = self.exchange.link_to(shard_of(ref, self._shards))
        if found is None:
            self._watched[ref] = NOBODY
            self.exchange.ask_for_routes()
            return
        self._watched[ref], link = found
        link.send(self._codec.watch(ref))
        if ref in self._watchers:
            link.send(self._codec.post(0, ref, self._watchers[ref]))

    def _watch_again(self, ref: Ref) -> None:
        self._watch(ref)
        lost = getattr(self.outbox, "lost", None)
        if lost is not None and self._watched[ref] != NOBODY:
            lost(str(ref))

    # --- from the hosts ---

    def _received(self, host: str, messages: list[Message]) -> None:
        requests, codec = self._requests, self._codec
        for message in messages:
            try:
                if message[0] == ANSWER:
                    request = requests.get(message[1])
                    if request is not None:
                        self._answered(request, codec.read_value(message[2]))
                elif message[0] == EVENT:
                    origin = requests.get(message[2])
                    event = codec.read_value(message[3])
                    self.outbox.pushed(message[1], event, None if origin is None else origin.reply_to)
                elif message[0] == NOT_MINE:
                    self._not_mine(host, message[1], message[2])
                elif message[0] == BEGUN:
                    self._say_again(host)
                else:
                    raise ValueError("a gateway is told nothing of this kind")
            except Exception as fault:  # noqa: BLE001
                # One message that is not understood must not keep the others from being heard.
                self._on_event("message not handled", {"from": host, "kind": message[0], "exc_info": fault})

    def _answered(self, request: Request, answer: Any) -> None:
        if type(answer) is Refusal and answer.code in _PAUSES and self._loop.time() < request.deadline:
            self._park(request)
            return
        del self._requests[request.number]
        self._parked.pop(request.number, None)
        self._reply(request, answer)

    def _not_mine(self, host: str, number: int, shard: ShardId) -> None:
        self.exchange.not_mine(shard, host)
        request = self._requests.get(number)
        # Without a number, the shard has left: whoever waits there for others is forgotten, even if it comes back.
        left = [request] if request is not None else list(self._requests.values()) if not number else []
        for one in left:
            if one.host == host and one.shard == shard:
                self._park(one)

    def _reply(self, request: Request, answer: Any) -> None:
        try:
            request.reply_to(answer)
        except Exception as fault:  # noqa: BLE001 - whoever cannot take an answer must not keep the others from theirs
            evidence = {"host": request.host, "answer": type(answer).__name__, "exc_info": fault}
            self._on_event("answer not taken", evidence)

    def _gone(self, host: str, kept: list[bytes]) -> None:
        """A link is over: nobody knows what the host has heard. Its ids make it safe to say all of it again."""
        self._say_again(host)
        for ref in [ref for ref, told in self._watched.items() if told == host]:
            self._watch_again(ref)

    def _say_again(self, host: str) -> None:
        for request in [one for one in self._requests.values() if one.host == host]:
            self._send(request)

    def _moved(self, shards: set[ShardId]) -> None:
        table = self.exchange.table
        for request in list(self._requests.values()):
            if request.shard in shards and request.host != table.host_of(request.shard):
                self._send(request)
        for ref, told in list(self._watched.items()):
            shard = shard_of(ref, self._shards)
            if shard in shards and told != table.host_of(shard):
                self._watch_again(ref)

    # --- from the clock ---

    def _tick(self) -> None:
        self._ticker = self._loop.call_later(TICK_SECONDS, self._tick)
        now = self._loop.time()
        for request in list(self._parked.values()):
            self._send(request)
        for ref in [ref for ref, host in self._watched.items() if host == NOBODY]:
            self._watch_again(ref)
        expired = []
        for request in self._requests.values():
            if request.deadline > now:
                break
            expired.append(request)
        for request in expired:
            del self._requests[request.number]
            self._parked.pop(request.number, None)
            self._reply(request, Refusal(Code.TRY_AGAIN))
