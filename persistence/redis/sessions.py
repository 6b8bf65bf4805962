"""Sessions in Redis: one key per resume token, which its use deletes."""

import asyncio
from collections.abc import Sequence
from typing import Final

import msgpack
from redis.asyncio import Redis

from persistence.redis.connect import redis_client
from persistence.redis.questions import Questions
from protocol.ids import PlayerId

KEY_PREFIX: Final = b"croupier:resume:"


class RedisSessions:
    """Resume tokens by their digests. Every method raises `Unavailable`, soon, when Redis is gone.

    `questions` are for the other stores of the same Redis to ask through.
    """

    def __init__(self, url: str) -> None:
        self._client: Redis = redis_client(url)
        self.questions = self._questions = Questions(self._client)

    async def close(self) -> None:
        """Close the connections."""
        await self._questions.close()
        await self._client.aclose()

    async def put(self, token_digest: bytes, session: str, player: PlayerId, name: str, seconds: int) -> None:
        """A resume token, good for one use within `seconds`."""
        value = msgpack.packb((session, player, name))
        await self._questions.ask("SET", KEY_PREFIX + token_digest, value, "EX", seconds)

    async def take(self, token_digest: bytes) -> tuple[str, PlayerId, str] | None:
        """Use a resume token: (session, player, name) the first time, nothing ever after."""
        value = await self._questions.ask("GETDEL", KEY_PREFIX + token_digest)
        if value is None:
            return None
        session, player, name = msgpack.unpackb(value)
        return session, PlayerId(player), name

    async def keep(self, token_digests: Sequence[bytes], seconds: int) -> None:
        """Good for another `seconds` from now, those that are there still."""
        await asyncio.gather(*(self._questions.ask("EXPIRE", KEY_PREFIX + digest, seconds) for digest in token_digests))
