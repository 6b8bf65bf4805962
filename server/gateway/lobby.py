"""The lobby: what every table shows of itself, asked for only while somebody looks, and once a second at most."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final, cast

from actors.runtime.ref import Ref
from protocol.commands import LobbyLook
from protocol.errors import Refusal
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


class Lobby:
    """One stream, `lobby`, of whole snapshots; `epoch` is this gateway's own, so that a restart is seen as one."""

    def __init__(
        self, backend: Backend, hub: Hub, tables: tuple[str, ...], epoch: int, elsewhere: Callable[[str], int]
    ) -> None:
        """`elsewhere` says how many connections of other gateways watch a table."""
        self._backend = backend
        self._elsewhere = elsewhere
        self._hub = hub
        self._tables = tables
        self._epoch = epoch
        self._seq = 0
        self._known: dict[str, dict[str, Any]] = {}
        self._shown: tuple[TableInfo, ...] = ()
        self._asked: set[str] = set()
        self._asked_at = float("-inf")
        self._round = 0
        self._asking: list[tuple[bytes, Answer]] = []
        self._joining: list[tuple[bytes, Watcher]] = []
        self._watchers: dict[Watcher, None] = {}
        self._stale: dict[Watcher, None] = {}

    def ask(self, request_id: bytes, answer: Answer, now: float) -> None:
        """Answer with all tables, fresh to a second."""
        self._asking.append((request_id, answer))
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
        self._asked = set(self._tables)
        self._round += 1
        if not self._asked:
            self._tell()
        for table in self._tables:
            self._backend.post(Ref("table", table), LobbyLook(), partial(self._looked, table, self._round))

    def _looked(self, table: str, asked_in: int, answer: object) -> None:
        if not isinstance(answer, Refusal):
            self._known[table] = cast("dict[str, Any]", answer)
        if asked_in == self._round and table in self._asked:
            self._asked.discard(table)
            if not self._asked:
                self._tell()

    def _tell(self) -> None:
        tables = tuple(
            TableInfo(**{**self._known[table], "watching": self._hub.watching(table) + self._elsewhere(table)})
            for table in self._tables
            if table in self._known
        )
        if tables != self._shown:
            self._shown = tables
            self._seq += 1
            for watcher in self._watchers:
                self._stale[watcher] = None
        self._answer()

    def _answer(self) -> None:
        asking, self._asking = self._asking, []
        for request_id, answer in asking:
            answer(Tables(id=request_id, tables=self._shown))
        joining, self._joining = self._joining, []
        for request_id, watcher in joining:
            watcher.answer(Watching(id=request_id, stream=LOBBY, epoch=self._epoch, seq=self._seq))
            if watcher in self._watchers:
                self._stale[watcher] = None
        self._send_stale()

    def _send_stale(self) -> None:
        ready = [watcher for watcher in self._stale if not watcher.paused]
        if ready:
            snapshot = LobbySnapshot(stream=LOBBY, epoch=self._epoch, seq=self._seq, tables=self._shown)
            frame = message_frame(snapshot)
            for watcher in ready:
                del self._stale[watcher]
                watcher.send(frame)
