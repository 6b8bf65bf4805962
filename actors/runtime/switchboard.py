"""Where links of gateways and of other hosts end at a host: messages go in, answers and events come out."""

from collections import deque
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from actors.runtime.actor import ReplyTo
from actors.runtime.courier import Courier
from actors.runtime.driver import Driver
from actors.runtime.host import NotMine
from actors.runtime.link import Message
from actors.runtime.placement import shard_of
from actors.runtime.reception import Reception, Session
from actors.runtime.ref import Ref
from actors.runtime.wire import POST, TELL, UNWATCH, WATCH, Codec, Tell
from protocol.commands import Watchers
from protocol.errors import Code, Refusal
from protocol.ids import ShardId

DEFERRED_MAX: Final = 50_000
"""Messages of actors that wait until the host may work again."""
PROOF_SECONDS_MAX: Final = 1.5
"""A host that does not know for so long whether its epoch still stands answers nobody before it does."""


class Reply:
    """Where the answer to a gateway's message goes."""

    __slots__ = ("_codec", "number", "session")

    def __init__(self, session: Session, number: int, codec: Codec) -> None:
        self.session = session
        self.number = number
        self._codec = codec

    def __eq__(self, other: object) -> bool:
        """A message that was repeated has one answer."""
        return isinstance(other, Reply) and (other.session, other.number) == (self.session, self.number)

    def __hash__(self) -> int:
        return hash((id(self.session), self.number))

    def __call__(self, answer: Any) -> None:
        """Send it, or say that the actor is another host's."""
        if type(answer) is NotMine:
            self.session.send(self._codec.not_mine(self.number, answer.shard))
        else:
            self.session.send(self._codec.answer(self.number, answer))


class Switchboard:
    """An `Outbox`: each event goes once to every link whose gateway watches its topic."""

    def __init__(
        self,
        name: str,
        driver: Driver,
        courier: Courier,
        codec: Codec,
        on_event: Callable[[str, Mapping[str, Any]], None],
    ) -> None:
        self._name = name
        self._driver = driver
        self._courier = courier
        self._codec = codec
        self._on_event = on_event
        self._reception = Reception(name, receive=self._received, closed=self._closed)
        self._watching: dict[str, dict[Session, None]] = {}
        self._watchers: dict[Ref, dict[Session, int]] = {}
        self._deferred: deque[Tell] = deque()

    def __len__(self) -> int:
        return len(self._reception)

    async def call(self, payload: bytes) -> bytes:
        """Answer a call of a link."""
        return await self._reception.call(payload)

    # --- in ---

    def _received(self, session: Session, messages: list[Message]) -> None:
        proved = self._driver.proof_age <= PROOF_SECONDS_MAX
        for message in messages:
            try:
                kind = message[0]
                if kind == POST:
                    self._post(session, message, proved)
                elif kind == TELL:
                    self._tell(session, self._codec.read_tell(message))
                elif kind == WATCH:
                    self._watching.setdefault(str(Ref(*message[1:])), {})[session] = None
                elif kind == UNWATCH:
                    self._unwatch(session, Ref(*message[1:]))
                else:
                    raise ValueError("a host is told nothing of this kind")
            except Exception as fault:  # noqa: BLE001
                # One message that is not understood must not keep the others from being handled.
                evidence = {"from": session.caller, "kind": message[0], "exc_info": fault}
                self._on_event("message not handled", evidence)
        self._driver.after()

    def _post(self, session: Session, message: Message, proved: bool) -> None:
        number, ref, command = self._codec.read_post(message)
        reply = Reply(session, number, self._codec) if number else None
        if not proved:
            if reply is not None:
                reply(Refusal(Code.TRY_AGAIN))
        elif type(command) is Watchers:
            self._watchers.setdefault(ref, {})[session] = command.watching
            self._tell_watchers(ref)
        else:
            self._driver.host.post(ref, command, reply)

    def _tell(self, session: Session | None, tell: Tell) -> None:
        """A message of another host's actor, for one that is here, or not any more."""
        host = self._driver.host
        if host.suspended:
            if len(self._deferred) < DEFERRED_MAX:
                self._deferred.append(tell)
            return
        if host.owns(tell.ref):
            host.post(tell.ref, tell.command, tell.sender)
            return
        shard = shard_of(tell.ref, host.shards)
        if session is not None:
            session.send(self._codec.not_mine(0, shard))
        self._courier.exchange.table.doubt(shard, self._name)
        self._courier.pass_on(tell)

    def flush(self) -> None:
        """The host works again: what actors elsewhere said meanwhile is handled, and gateways ask again."""
        begun = self._codec.begun()
        for session in self._reception.sessions:
            session.send(begun)
        deferred, self._deferred = self._deferred, deque()
        for tell in deferred:
            self._tell(None, tell)
        self._driver.after()

    # --- out ---

    def pushed(self, topic: str, event: Any, origin: ReplyTo | None = None) -> None:
        """See `Outbox.pushed`."""
        watching = self._watching.get(topic)
        if not watching:
            return
        data = b""
        for session in list(watching):
            if type(origin) is Reply and origin.session is session:
                session.send(self._codec.event(topic, origin.number, event))
                continue
            data = data or self._codec.event(topic, 0, event)
            if not session.send(data):
                # It does not take what it is told: it begins again, and learns that it missed something.
                self._reception.close(session)

    def left(self, shards: Collection[ShardId]) -> None:
        """These shards are not here any more: whoever sends messages for them had better know."""
        shards_count = self._driver.host.shards
        for ref in [ref for ref in self._watchers if shard_of(ref, shards_count) in shards]:
            del self._watchers[ref]
        for shard in shards:
            self._courier.exchange.table.doubt(shard, self._name)
            gone = self._codec.not_mine(0, shard)
            for session in self._reception.sessions:
                session.send(gone)

    # --- who watches ---

    def _unwatch(self, session: Session, ref: Ref) -> None:
        topic = str(ref)
        watching = self._watching.get(topic, {})
        watching.pop(session, None)
        if not watching:
            self._watching.pop(topic, None)
        if self._watchers.get(ref, {}).pop(session, None):
            self._tell_watchers(ref)

    def _tell_watchers(self, ref: Ref) -> None:
        """A table hears how many watch it, at all gateways together."""
        told = self._watchers.get(ref, {})
        if self._driver.host.owns(ref):
            self._driver.host.post(ref, Watchers(sum(told.values())), None)
        if not any(told.values()):
            self._watchers.pop(ref, None)

    def _closed(self, session: Session) -> None:
        for topic in [topic for topic, watching in self._watching.items() if session in watching]:
            self._watching[topic].pop(session)
            if not self._watching[topic]:
                del self._watching[topic]
        for ref in [ref for ref, told in self._watchers.items() if session in told]:
            del self._watchers[ref][session]
            self._tell_watchers(ref)
        self._driver.after()

    def sweep(self) -> None:
        """Forget callers that are gone, and say again how many watch: a table may have been loaded since."""
        self._reception.sweep()
        for ref in list(self._watchers):
            self._tell_watchers(ref)
        self._driver.after()

    def close(self) -> None:
        """Answer nobody any more."""
        for session in self._reception.sessions:
            self._reception.close(session)
