"""The lobby: what tables and jackpots show of themselves, asked for while somebody looks, and once a second at most."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final, cast

from actors.runtime.ref import Ref
from protocol.commands import LobbyLook
from protocol.errors import Refusal
from protocol.jackpots import Jackpots, JackpotSnapshot, PoolView
from protocol.replies import LobbySnapshot, TableInfo, Tables, Watching
from server.gateway.backend import Backend
from server.gateway.frames import message_frame
from server.gateway.hub import Hub
from server.gateway.streams import LOBBY
from server.gateway.topic import Watcher

LOBBY_SECONDS: Final = 1.0
LOBBY_ANSWER_SECONDS_MAX: Final = 2.0
"""How long a table may take to answer; then the lobby shows what it said before."""

Answer = Callable[[Tables], None]
PoolsAnswer = Callable[[Jackpots], None]


class Lobby:
    """One stream, `lobby`, of whole snapshots; `epoch` is this gateway's own, so that a restart is seen as one."""

    def __init__(
        self,
        backend: Backend,
        hub: Hub,
        tables: tuple[str, ...],
        epoch: int,
        elsewhere: Callable[[str], int],
        jackpots: tuple[str, ...] = (),
    ) -> None:
        """`elsewhere` says how many connections of other gateways watch a table."""
        self._backend = backend
        self._elsewhere = elsewhere
        self._hub = hub
        self._tables = tables
        self._epoch = epoch
        self._seq = 0
        self._jackpots = jackpots
        self._rooms = tuple(Ref("table", one) for one in tables) + tuple(Ref("jackpot", one) for one in jackpots)
        self._known: dict[Ref, dict[str, Any]] = {}
        self._known_jackpots: dict[Ref, JackpotSnapshot] = {}
        self._shown: tuple[TableInfo, ...] = ()
        self._pools: tuple[PoolView, ...] = ()
        self._asked: set[Ref] = set()
        self._asked_at = float("-inf")
        self._round = 0
        self._asking: list[tuple[bytes, Answer]] = []
        self._asking_pools: list[tuple[bytes, PoolsAnswer]] = []
        self._joining: list[tuple[bytes, Watcher]] = []
        self._watchers: dict[Watcher, None] = {}
        self._stale: dict[Watcher, None] = {}

    def ask(self, request_id: bytes, answer: Answer, now: float) -> None:
        """Answer with all tables, fresh to a second."""
        self._asking.append((request_id, answer))
        self._refresh_or_tell(now)

    def ask_jackpots(self, request_id: bytes, answer: PoolsAnswer, now: float) -> None:
        """Answer with all jackpots, fresh to a second."""
        self._asking_pools.append((request_id, answer))
        self._refresh_or_tell(now)

    def watch(self, watcher: Watcher, request_id: bytes, now: float) -> None:
        """Send a snapshot now and whenever something changes."""
        self._watchers[watcher] = None
        self._joining.append((request_id, watcher))
        self._refresh_or_tell(now)

    def resume(self, watcher: Watcher, now: float) -> None:
        """Go on with a snapshot."""
        self._stale[watcher] = None
        self._watchers[watcher] = None
        self._refresh_or_tell(now)

    def leave(self, watcher: Watcher) -> None:
        """Stop sending."""
        self._watchers.pop(watcher, None)
        self._stale.pop(watcher, None)

    def sweep(self, now: float) -> None:
        """Refresh while somebody looks, and do not wait for ever for a table."""
        if self._asked:
            if now - self._asked_at >= LOBBY_ANSWER_SECONDS_MAX:
                self._asked.clear()
                self._tell()
        elif self._watchers and now - self._asked_at >= LOBBY_SECONDS:
            self._refresh(now)
        elif self._stale:
            self._send_stale()

    def _refresh_or_tell(self, now: float) -> None:
        if self._asked:
            return
        if now - self._asked_at < LOBBY_SECONDS:
            self._answer()
        else:
            self._refresh(now)

    def _refresh(self, now: float) -> None:
        self._asked_at = now
        self._asked = set(self._rooms)
        self._round += 1
        if not self._asked:
            self._tell()
        for room in self._rooms:
            self._backend.post(room, LobbyLook(), partial(self._looked, room, self._round))

    def _looked(self, room: Ref, asked_in: int, answer: object) -> None:
        if isinstance(answer, JackpotSnapshot):
            self._known_jackpots[room] = answer
        elif not isinstance(answer, Refusal):
            self._known[room] = cast("dict[str, Any]", answer)
        if asked_in == self._round and room in self._asked:
            self._asked.discard(room)
            if not self._asked:
                self._tell()

    def _tell(self) -> None:
        known = {table: self._known.get(Ref("table", table)) for table in self._tables}
        tables = tuple(
            TableInfo(**{**shown, "watching": self._hub.watching(table) + self._elsewhere(table)})
            for table, shown in known.items()
            if shown is not None
        )
        states = (self._known_jackpots.get(Ref("jackpot", jackpot)) for jackpot in self._jackpots)
        pools = tuple(pool for state in states if state is not None for pool in state.pools)
        if (tables, pools) != (self._shown, self._pools):
            self._shown, self._pools = tables, pools
            self._seq += 1
            for watcher in self._watchers:
                self._stale[watcher] = None
        self._answer()

    def _answer(self) -> None:
        asking, self._asking = self._asking, []
        for request_id, answer in asking:
            answer(Tables(id=request_id, tables=self._shown))
        asking_pools, self._asking_pools = self._asking_pools, []
        for request_id, answer_pools in asking_pools:
            answer_pools(Jackpots(id=request_id, pools=self._pools))
        joining, self._joining = self._joining, []
        for request_id, watcher in joining:
            watcher.answer(Watching(id=request_id, stream=LOBBY, epoch=self._epoch, seq=self._seq))
            if watcher in self._watchers:
                self._stale[watcher] = None
        self._send_stale()

    def _send_stale(self) -> None:
        ready = [watcher for watcher in self._stale if not watcher.paused]
        if ready:
            snapshot = LobbySnapshot(
                stream=LOBBY, epoch=self._epoch, seq=self._seq, tables=self._shown, pools=self._pools
            )
            frame = message_frame(snapshot)
            for watcher in ready:
                del self._stale[watcher]
                watcher.send(frame)
