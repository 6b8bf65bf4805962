"""Sessions in memory, with the promises of the real ones: a token is taken once, and not after its time."""

from collections.abc import Callable, Sequence

from protocol.ids import PlayerId


class MemorySessions:
    """Resume tokens of one process, for tests. `monotonic` gives seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._tokens: dict[bytes, tuple[float, tuple[str, PlayerId, str]]] = {}

    async def put(self, token_digest: bytes, session: str, player: PlayerId, name: str, seconds: int) -> None:
        """A resume token, good for one use within `seconds`."""
        self._tokens[token_digest] = (self._monotonic() + seconds, (session, player, name))

    async def take(self, token_digest: bytes) -> tuple[str, PlayerId, str] | None:
        """Use a resume token: (session, player, name) the first time, nothing ever after."""
        expires, owner = self._tokens.pop(token_digest, (0.0, None))
        return owner if expires > self._monotonic() else None

    async def keep(self, token_digests: Sequence[bytes], seconds: int) -> None:
        """Good for another `seconds` from now, those that are there still."""
        for digest in token_digests:
            if digest in self._tokens:
                self._tokens[digest] = (self._monotonic() + seconds, self._tokens[digest][1])

    def wipe(self) -> None:
        """Lose everything."""
        self._tokens.clear()
