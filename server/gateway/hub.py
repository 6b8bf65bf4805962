"""Fan-out: every event of a stream once to everyone who watches it, and never a part of what somebody missed."""

from collections.abc import Callable, Container
from typing import Final, cast

from protocol.commands import SESSION_TAKEN, Claim, Look, Watchers, claim_of
from protocol.errors import Refusal
from protocol.ids import PlayerId
from protocol.model import Push
from protocol.replies import Watching
from server.gateway.actions import failed
from server.gateway.attendance import Attendance
from server.gateway.backend import Backend, Event, Interest, ReplyTo
from server.gateway.frames import message_frame
from server.gateway.history import Order, Position
from server.gateway.streams import WALLET
from server.gateway.topic import ASKS_MAX, Ask, Topic, Watcher
from server.gateway.topics import Topics
from server.observe.metrics import GatewayCounters

TELL_AGAIN_SECONDS: Final = 3.0
"""How long a table may stand still for spectators whom it has forgotten: one message a table that is watched."""


def position_of(event: Event) -> Position:
    """The position that an event, or a snapshot, carries."""
    if type(event) is dict:
        return Position(event["epoch"], event["seq"])
    push = cast("Push", event)
    return Position(push.epoch, push.seq)


class Hub:
    """The outbox of the hosts. It keeps a stream's history from its first watcher to `idle_seconds` after its last.

    `interest` is told which topics there are, where events do not come unasked; `taken` of the claims to sessions that
    players' wallets have put in order; the tables that are `minded` of who comes and goes.
    """

    def __init__(
        self,
        backend: Backend,
        counters: GatewayCounters,
        events_max: int,
        idle_seconds: float,
        *,
        interest: Interest | None = None,
        taken: Callable[[str, Claim], None] | None = None,
        minded: Container[str] = (),
    ) -> None:
        self._backend = backend
        self._attendance = Attendance(backend, minded)
        self._counters = counters
        self._topics = Topics(events_max, idle_seconds, interest)
        self._stale: set[Topic] = set()
        self._taken = taken
        self._told_at = float("-inf")

    # --- from the hosts ----------------------------------------------------------------------------------------------

    def pushed(self, topic: str, event: Event, origin: ReplyTo | None = None) -> None:
        """Send an event to everyone who watches, except the connection whose reply (`origin`) carried it already."""
        if type(event) is dict and event.get("t") == SESSION_TAKEN:
            if self._taken is not None:
                self._taken(event["session"], claim_of(event))
            return
        found = self._topics.find(topic)
        if found is None:
            return
        if type(event) is dict:
            epoch, seq = event["epoch"], event["seq"]
        else:
            push = cast("Push", event)
            epoch, seq = push.epoch, push.seq
        order = found.history.append(epoch, seq, event)
        if order is not Order.NEXT:
            if order is Order.GAP:
                self._ask_for_all(found)
            return
        owner: Watcher | None = getattr(origin, "watcher", None)
        live = found.live
        if live and not (owner in live and len(live) == 1):
            self._fan_out(found, message_frame(event), owner)
        if found.joining:
            self._join(found, Position(epoch, seq), event, owner)

    def lost(self, topic: str) -> None:
        """Events of a topic may have been missed without a trace: begin again, with snapshots for all who watch."""
        found = self._topics.find(topic)
        if found is not None:
            found.history.forget()
            self._ask_for_all(found)

    def _fan_out(self, topic: Topic, frame: bytes, owner: Watcher | None) -> None:
        if owner in topic.live:
            fan: tuple[Callable[[bytes], None], ...] = tuple(
                write for watcher, write in topic.live.items() if watcher is not owner
            )
        else:
            fan = topic.fan
        for write in fan:
            write(frame)
        self._counters.pushes += len(fan)
        self._counters.bytes_out += len(fan) * len(frame)

    def _join(self, topic: Topic, position: Position, event: Event, owner: Watcher | None) -> None:
        for watcher, snapshot in tuple(topic.joining.items()):
            if position <= snapshot:
                continue
            topic.remove(watcher)
            if position == (snapshot.epoch, snapshot.seq + 1):
                topic.go_live(watcher)
                if watcher is not owner:
                    self._send(watcher, event)
            else:
                self._ask(topic, watcher)

    # --- from the connections ----------------------------------------------------------------------------------------

    def watch(self, watcher: Watcher, stream: str, request_id: bytes) -> None:
        """Begin, or begin again, with a snapshot; the request is answered when it comes."""
        topic = self._topic(watcher, stream)
        topic.remove(watcher)
        self._ask(topic, watcher, request_id)

    def resume(self, watcher: Watcher, stream: str, seen: Position) -> None:
        """Go on after a position: with exactly the missed events or, when they are not known, with a snapshot."""
        topic = self._topic(watcher, stream)
        topic.remove(watcher)
        missed = topic.history.after(seen)
        if missed is None:
            self._ask(topic, watcher)
            return
        for event in missed:
            self._send(watcher, event)
        topic.go_live(watcher)

    def hold(self, player: PlayerId) -> Topic:
        """Keep a player's events from now on, until `release`: a login is under way."""
        topic = self._topics.of(WALLET, player)
        topic.holds += 1
        return topic

    def release(self, topic: Topic, now: float) -> None:
        """Undo a `hold`."""
        topic.holds -= 1
        self._topics.rest(topic, now)

    def open_wallet(
        self,
        watcher: Watcher,
        topic: Topic,
        balances: Position,
        seen: Position | None,
        welcome: Callable[[Position], bytes],
    ) -> None:
        """Begin a player's own stream: after what the client has seen if all since is known, else after the balances.

        `welcome` makes the frame that tells where the stream begins; it goes out before any event.
        """
        watcher.topics.append(topic)
        missed = None if seen is None else topic.history.after(seen)
        if seen is not None and missed is not None:
            begin = seen
            topic.go_live(watcher)
        else:
            begin = balances
            missed = topic.missed_since(balances)
            if missed is None:
                self._go_stale(topic, watcher)
            else:
                topic.settle(watcher, balances)
        watcher.send(welcome(begin))
        for event in missed or ():
            self._send(watcher, event)

    def unwatch(self, watcher: Watcher, stream: str, now: float) -> None:
        """Stop."""
        for topic in watcher.topics:
            if topic.stream == stream:
                watcher.topics.remove(topic)
                topic.remove(watcher)
                self._attendance.went(topic, watcher.player)
                self._topics.rest(topic, now)
                return

    def leave(self, watcher: Watcher, now: float) -> None:
        """The connection is gone."""
        topics, watcher.topics = watcher.topics, []
        for topic in topics:
            topic.remove(watcher)
            self._attendance.went(topic, watcher.player)
            self._topics.rest(topic, now)

    def suspend(self, watcher: Watcher) -> None:
        """Its socket is full: it misses events from here on."""
        for topic in watcher.topics:
            if watcher in topic.live or watcher in topic.joining:
                topic.go_stale(watcher)

    def recover(self, watcher: Watcher) -> None:
        """Its socket has room: bring it up to date by snapshots of what it missed."""
        for topic in watcher.topics:
            if watcher not in topic.stale:
                continue
            if topic.missed_nothing(watcher):
                topic.remove(watcher)
                topic.go_live(watcher)
            else:
                self._ask(topic, watcher)

    def _topic(self, watcher: Watcher, stream: str) -> Topic:
        topic = self._topics.of(stream, watcher.player)
        if topic not in watcher.topics:
            watcher.topics.append(topic)
            self._attendance.came(topic, watcher.player)
        return topic

    # --- from the clock ----------------------------------------------------------------------------------------------

    def sweep(self, now: float) -> None:
        """Tell tables their watchers, forget streams that nobody watches, ask again for snapshots that did not come."""
        stale, self._stale = self._stale, set()
        for topic in stale:
            for watcher in tuple(topic.stale):
                if not watcher.paused:
                    self._ask(topic, watcher)
        self._tell_tables(now)
        self._topics.forget(now)

    def _tell_tables(self, now: float) -> None:
        """News at once; and what is known again and again, since a table that was loaded anew has forgotten it."""
        again = now - self._told_at >= TELL_AGAIN_SECONDS
        if again:
            self._told_at = now
        for topic in self._topics.tables():
            count = topic.count
            if topic.told != count or (again and count):
                topic.told = count
                self._backend.post(topic.ref, Watchers(count), None)

    def watching(self, table: str) -> int:
        """How many connections watch a table."""
        topic = self._topics.table(table)
        return 0 if topic is None else topic.count

    def audiences(self) -> dict[str, int]:
        """How many connections watch each table that is watched at all."""
        return {str(topic.ref.key): topic.count for topic in self._topics.tables() if topic.count}

    def __len__(self) -> int:
        return len(self._topics)

    # --- snapshots ---------------------------------------------------------------------------------------------------

    def _ask(self, topic: Topic, watcher: Watcher, request_id: bytes | None = None, tries: int = 0) -> None:
        topic.remove(watcher)
        ask = Ask(self._answered, topic, watcher, request_id, tries)
        topic.asking[watcher] = ask
        self._backend.post(topic.ref, Look(watcher.player), ask)

    def _ask_for_all(self, topic: Topic) -> None:
        for watcher in (*topic.live, *topic.joining):
            self._ask(topic, watcher)

    def _answered(self, ask: Ask, answer: object) -> None:
        topic, watcher = ask.topic, ask.watcher
        is_wanted = topic.asking.get(watcher) is ask
        if is_wanted:
            del topic.asking[watcher]
        if isinstance(answer, Refusal):
            self._refused(ask, answer, is_wanted)
            return
        if not is_wanted:
            # Unwatched or watched again meanwhile: the request is answered all the same.
            self._answer_watch(ask, position_of(cast("Event", answer)))
            return
        if ask.request_id is None and watcher.paused:
            topic.go_stale(watcher)
            return
        snapshot = cast("Event", answer)
        position = position_of(snapshot)
        missed = topic.missed_since(position)
        if missed is None:
            if ask.tries < ASKS_MAX:
                self._ask(topic, watcher, ask.request_id, ask.tries + 1)
            else:
                self._answer_watch(ask, position)
                self._go_stale(topic, watcher)
            return
        topic.settle(watcher, position)
        self._answer_watch(ask, position)
        self._send(watcher, snapshot)
        for event in missed:
            self._send(watcher, event)

    def _refused(self, ask: Ask, refusal: Refusal, is_wanted: bool) -> None:
        topic, watcher = ask.topic, ask.watcher
        if ask.request_id is not None:
            watcher.answer(failed(ask.request_id, refusal))
        if is_wanted and ask.request_id is None:
            self._go_stale(topic, watcher)
        elif is_wanted:
            watcher.topics.remove(topic)
            self._attendance.went(topic, watcher.player)
            watcher.stream_ended(topic.stream)
            self._topics.rest(topic, float("-inf"))

    def _answer_watch(self, ask: Ask, position: Position) -> None:
        if ask.request_id is not None:
            reply = Watching(id=ask.request_id, stream=ask.topic.stream, epoch=position.epoch, seq=position.seq)
            ask.watcher.answer(reply)

    def _go_stale(self, topic: Topic, watcher: Watcher) -> None:
        topic.go_stale(watcher)
        self._stale.add(topic)

    def _send(self, watcher: Watcher, event: Event) -> None:
        watcher.send(message_frame(event))
        self._counters.pushes += 1
