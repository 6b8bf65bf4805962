"""A relay between a client and PostgreSQL's socket that can cut the wire at a chosen moment."""

import asyncio
from enum import Enum, auto
from pathlib import Path
from types import TracebackType
from typing import Final, Self, cast
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

PORT: Final = "5432"


class Cut(Enum):
    """When the wire is cut."""

    NEVER = auto()
    BEFORE_REQUEST = auto()
    """The next thing that the client says does not arrive."""
    BEFORE_REPLY = auto()
    """The next thing that the client says arrives and is done; the answer is lost."""


class CutWire:
    """Listens in `folder` and relays to the database of a DSN. `dsn` is the way through the relay."""

    def __init__(self, dsn: str, folder: Path) -> None:
        parts = urlsplit(dsn)
        options = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.upstream = Path(options["host"]) / f".s.PGSQL.{options.get('port', PORT)}"
        self.dsn = urlunsplit(parts._replace(query=urlencode(options | {"host": str(folder), "port": PORT})))
        self.cut = Cut.NEVER
        self._path = folder / f".s.PGSQL.{PORT}"
        self.ends: set[_End] = set()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(lambda: _End(self, Cut.BEFORE_REQUEST, None), str(self._path))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for end in list(self.ends):
            end.hang_up()
        await asyncio.gather(*(end.closed for end in list(self.ends)))
        await self._server.wait_closed()


class _End(asyncio.Protocol):
    """One end of the wire: what is heard here is said at the other end, unless the wire is cut on this way."""

    def __init__(self, wire: CutWire, cut_by: Cut, other: "_End | None") -> None:
        self._wire = wire
        self._cut_by = cut_by
        self._other = other
        self._transport: asyncio.Transport | None = None
        self._reaching: asyncio.Task[None] | None = None
        self._heard: list[bytes] = []
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._wire.ends.add(self)
        if self._other is None:
            self._reaching = asyncio.create_task(self._reach())

    async def _reach(self) -> None:
        other = _End(self._wire, Cut.BEFORE_REPLY, self)
        await asyncio.get_running_loop().create_unix_connection(lambda: other, str(self._wire.upstream))
        self._other = other
        for data in self._heard:
            other.say(data)

    def data_received(self, data: bytes) -> None:
        if self._wire.cut is self._cut_by:
            self.hang_up()
        elif self._other is None:
            self._heard.append(data)
        else:
            self._other.say(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wire.ends.discard(self)
        self.closed.set_result(None)
        if self._other is not None:
            self._other.hang_up()

    def say(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def hang_up(self) -> None:
        if self._transport is not None:
            self._transport.abort()
