"""A process's own little door for those who run it: whether it is alive, whether it is ready, and its metrics."""

import errno
import logging
from collections.abc import Callable
from typing import Final

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from server.http.door import HttpDoor

PORTS_MAX: Final = 64
"""Processes of one machine that may find a port of their own, counted from the first."""
REQUEST_SECONDS_MAX: Final = 5.0


class SideDoor:
    """`/healthz`, `/readyz` and `/metrics`, and nothing else. `ready` and `exposition` are as in `HttpDoor`.

    It answers in the loop of the process: one that hangs does not answer.
    """

    def __init__(self, ready: Callable[[], bool], exposition: Callable[[], tuple[bytes, str]]) -> None:
        self._door = HttpDoor({}, ready, exposition)
        self._server: Server | None = None
        self.address: tuple[str, int] | None = None
        """Where it listens."""

    async def open(self, host: str, port: int) -> None:
        """Listen on the first port from this one on that nobody has; 0 is any. Raises `OSError`."""
        last = port + PORTS_MAX - 1 if port else port
        while self._server is None:
            try:
                self._server = await self._listen(host, port)
            except OSError as error:
                if error.errno != errno.EADDRINUSE or port >= last:
                    raise
                port += 1
        found = next(iter(self._server.sockets)).getsockname()
        self.address = (str(found[0]), int(found[1]))

    async def _listen(self, host: str, port: int) -> Server:
        # Nobody is let in, and whoever asks something strange need not fill the log.
        silent = logging.Logger("side door", logging.CRITICAL + 1)  # noqa: LOG001 - one of our own, which nobody configures
        return await serve(
            _nobody, host, port, process_request=self._answer, open_timeout=REQUEST_SECONDS_MAX, logger=silent
        )

    def _answer(self, connection: ServerConnection, request: Request) -> Response:
        return self._door.respond("GET", request.path)

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()


async def _nobody(connection: ServerConnection) -> None:
    """No request becomes a connection: each has had its answer."""
