"""Sessions in Redis: one key per resume token, which its use deletes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import msgpack
from redis.asyncio import Redis
from redis.exceptions import RedisError

from persistence.interfaces import Unavailable
from persistence.redis.connect import REDIS_SECONDS_MAX, redis_client
from protocol.ids import PlayerId

KEY_PREFIX: Final = b"croupier:resume:"
KEEP_AT_ONCE_MAX: Final = 1_000


class RedisSessions:
    """Resume tokens by their digests. When Redis is gone, methods raise `Unavailable` within `REDIS_SECONDS_MAX`."""

    def __init__(self, url: str) -> None:
        self._client: Redis = redis_client(url)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def put(self, token_digest: bytes, session: str, player: PlayerId, name: str, seconds: int) -> None:
        """A resume token, good for one use within `seconds`."""
        async with _bounded():
            await self._client.set(KEY_PREFIX + token_digest, msgpack.packb((session, player, name)), ex=seconds)

    async def take(self, token_digest: bytes) -> tuple[str, PlayerId, str] | None:
        """Use a resume token: (session, player, name) the first time, nothing ever after."""
        async with _bounded():
            value = await self._client.getdel(KEY_PREFIX + token_digest)
        if value is None:
            return None
        session, player, name = msgpack.unpackb(value)
        return session, PlayerId(player), name

    async def keep(self, token_digests: Sequence[bytes], seconds: int) -> None:
        """Good for another `seconds` from now, those that are there still."""
        for start in range(0, len(token_digests), KEEP_AT_ONCE_MAX):
            async with _bounded():
                pipeline = self._client.pipeline(transaction=False)
                for digest in token_digests[start : start + KEEP_AT_ONCE_MAX]:
                    pipeline.expire(KEY_PREFIX + digest, seconds)
                await pipeline.execute()


@asynccontextmanager
async def _bounded() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(REDIS_SECONDS_MAX):
            yield
    except (RedisError, OSError, TimeoutError) as error:
        raise Unavailable(f"Redis: {type(error).__name__}: {error}") from error
