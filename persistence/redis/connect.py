"""The client of a Redis or Valkey, set up so that nothing ever waits long for it."""

from typing import Final

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

REDIS_SECONDS_MAX: Final = 0.25
"""How long one question may take, connecting and waiting for a connection included."""
CONNECTIONS_MAX: Final = 4


def redis_client(url: str) -> Redis:
    """A client of `redis://`, `rediss://` or `unix://`. It connects when first used; close it with `aclose`."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS_MAX,
        timeout=REDIS_SECONDS_MAX,
        socket_timeout=REDIS_SECONDS_MAX,
        socket_connect_timeout=REDIS_SECONDS_MAX,
        # Whoever asks knows what to do without an answer; asking again would only keep them waiting.
        retry=Retry(NoBackoff(), 0),
    )
    return Redis.from_pool(pool)
