"""Resume tokens against the store of sessions, which may be slow, wiped or gone: that costs a resume, nothing else."""

from collections.abc import Callable
from typing import Final

from structlog.typing import FilteringBoundLogger

from persistence.interfaces import Sessions, StoreError
from protocol.ids import PlayerId
from server.gateway.tokens import new_secret, secret_digest, secret_text

GRACE_SECONDS: Final = 5


class Resumption:
    """Only digests of tokens leave this process. A token outlives the last sign of its connection by `seconds`."""

    def __init__(
        self, sessions: Sessions, entropy: Callable[[int], bytes], seconds: int, log: FilteringBoundLogger
    ) -> None:
        self._sessions = sessions
        self._entropy = entropy
        self._seconds = seconds + GRACE_SECONDS
        self._log = log
        self._works = True

    async def issue(self, session: str, player: PlayerId, name: str) -> tuple[str, bytes | None]:
        """A new token and its digest. Without a store the token resumes nothing, and there is no digest."""
        token = secret_text(new_secret(self._entropy))
        digest = secret_digest(token)
        if digest is None or not await self.put(digest, session, player, name):
            return token, None
        return token, digest

    async def put(self, digest: bytes, session: str, player: PlayerId, name: str) -> bool:
        """Remember a token; false when that is not possible now."""
        try:
            await self._sessions.put(digest, session, player, name, self._seconds)
        except StoreError as error:
            self._failed(error)
            return False
        self._works = True
        return True

    async def take(self, digest: bytes) -> tuple[str, PlayerId, str] | None:
        """Use a token, if it is known."""
        try:
            return await self._sessions.take(digest)
        except StoreError as error:
            self._failed(error)
            return None

    async def keep(self, digests: list[bytes]) -> None:
        """Their connections are alive: let the tokens live as long again."""
        try:
            await self._sessions.keep(digests, self._seconds)
        except StoreError as error:
            self._failed(error)

    def _failed(self, error: StoreError) -> None:
        if self._works:
            self._log.warning("sessions cannot be resumed for now", reason=str(error))
        self._works = False
