"""Questions to Redis, those of the same moment in one round trip."""

import asyncio
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from persistence.interfaces import Unavailable
from persistence.redis.connect import REDIS_SECONDS_MAX

AT_ONCE_MAX: Final = 1_000
WAITING_MAX: Final = 20_000

Command = tuple[str | bytes | int, ...]


class Questions:
    """While one round trip is under way the next gathers: a crowd that comes back at once costs a few of them.

    Every question is answered, or raises `Unavailable`, within two round trips of `REDIS_SECONDS_MAX` for each
    `AT_ONCE_MAX` that wait before it.
    """

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._waiting: list[tuple[Command, asyncio.Future[Any]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def ask(self, *command: str | bytes | int) -> Any:
        """The answer to one command. Raises `Unavailable` when there is none."""
        if len(self._waiting) >= WAITING_MAX:
            raise Unavailable(f"Redis: {WAITING_MAX} questions are waiting")
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((command, answer))
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask_all())
        return await answer

    async def close(self) -> None:
        """Give up on what is under way."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
        for _, answer in self._waiting:
            answer.cancel()

    async def _ask_all(self) -> None:
        try:
            while self._waiting:
                asked, self._waiting = self._waiting[:AT_ONCE_MAX], self._waiting[AT_ONCE_MAX:]
                answers = await self._round_trip([command for command, _ in asked])
                for (_, future), answer in zip(asked, answers, strict=True):
                    if future.done():
                        continue
                    if isinstance(answer, Exception):
                        future.set_exception(answer)
                    else:
                        future.set_result(answer)
        finally:
            self._asking = None

    async def _round_trip(self, commands: list[Command]) -> list[Any]:
        pipeline = self._client.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        try:
            async with asyncio.timeout(REDIS_SECONDS_MAX):
                answers: list[Any] = await pipeline.execute(raise_on_error=False)
        except (RedisError, OSError, TimeoutError) as error:
            return [_unavailable(error) for _ in commands]
        return [_unavailable(answer) if isinstance(answer, RedisError) else answer for answer in answers]


def _unavailable(error: Exception) -> Unavailable:
    return Unavailable(f"Redis: {type(error).__name__}: {error}")
