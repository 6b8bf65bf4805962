"""Rates in Redis: for each player who spends much, when (ms, by Redis' clock) all tokens will be back."""

from collections.abc import Sequence
from typing import Final

from persistence.redis.questions import Questions
from protocol.ids import PlayerId

RATE_PREFIX: Final = "croupier:rate:"

_SPEND: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local interval = tonumber(ARGV[1])
local ahead = {}
for i, key in ipairs(KEYS) do
  local full_at = tonumber(redis.call('GET', key) or '0')
  full_at = math.max(full_at, now) + ARGV[i + 1] * interval
  redis.call('SET', key, string.format('%.3f', full_at), 'PX', math.ceil(full_at - now) + 1)
  ahead[i] = string.format('%.3f', full_at - now)
end
return ahead
"""


class RedisRates:
    """See `persistence.presence.SharedRates`. Each call is one round trip."""

    def __init__(self, questions: Questions) -> None:
        self._questions = questions

    async def spend(self, interval_ms: float, spent: Sequence[tuple[PlayerId, int]]) -> list[float]:
        """See `SharedRates.spend`."""
        keys = [f"{RATE_PREFIX}{player}" for player, _ in spent]
        tokens = [count for _, count in spent]
        answers = await self._questions.ask("EVAL", _SPEND, len(keys), *keys, repr(interval_ms), *tokens)
        return [float(ahead) for ahead in answers]
