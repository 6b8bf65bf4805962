"""Presence in Redis: a hash of sessions for each player who is online, and one hash with a report of each gateway."""

import asyncio
from collections.abc import Sequence
from typing import Final

from persistence.presence import Found, Online
from persistence.redis.questions import Questions
from protocol.commands import Claim
from protocol.ids import PlayerId

ONLINE_PREFIX: Final = "croupier:online:"
REPORTS_KEY: Final = "croupier:gateways"

# A session's value: its claim, when (s) it ends by Redis' clock, and its gateway. Claims have a fixed width, so that
# they compare as text: the numbers of this script's language are not exact beyond 2^53.
_ANNOUNCE: Final = """
local now = tonumber(redis.call('TIME')[1])
local gateway, seconds = ARGV[1], tonumber(ARGV[2])
local found = {}
for i, key in ipairs(KEYS) do
  local session, claim = ARGV[2 * i + 1], ARGV[2 * i + 2]
  local newest, elsewhere = 1, {}
  local known = redis.call('HGETALL', key)
  for at = 1, #known, 2 do
    local theirs, ends, where = string.match(known[at + 1], '^(%S+) (%d+) (.*)$')
    if tonumber(ends) <= now then
      redis.call('HDEL', key, known[at])
    elseif known[at] ~= session then
      elsewhere[#elsewhere + 1] = where
    elseif theirs > claim then
      newest = 0
    end
  end
  if newest == 1 then
    redis.call('HSET', key, session, claim .. ' ' .. (now + seconds) .. ' ' .. gateway)
    redis.call('EXPIRE', key, seconds)
  end
  found[i] = {newest, elsewhere}
end
return found
"""
_LEAVE: Final = """
for i, key in ipairs(KEYS) do
  local known = redis.call('HGET', key, ARGV[2 * i])
  if known then
    local claim, where = string.match(known, '^(%S+) %d+ (.*)$')
    if where == ARGV[1] and claim <= ARGV[2 * i + 1] then redis.call('HDEL', key, ARGV[2 * i]) end
  end
end
return 0
"""
_FIND: Final = """
local now = tonumber(redis.call('TIME')[1])
local found = {}
for i, key in ipairs(KEYS) do
  local sessions = {}
  local known = redis.call('HGETALL', key)
  for at = 1, #known, 2 do
    local ends, where = string.match(known[at + 1], '^%S+ (%d+) (.*)$')
    if tonumber(ends) > now then
      sessions[#sessions + 1] = known[at]
      sessions[#sessions + 1] = where
    end
  end
  found[i] = sessions
end
return found
"""


class RedisPresence:
    """See `persistence.presence.Presence`. Each call is one round trip."""

    def __init__(self, questions: Questions) -> None:
        self._questions = questions

    async def announce(self, gateway: str, online: Sequence[Online], seconds: int) -> list[Found]:
        """See `Presence.announce`."""
        keys = [_key(one.player) for one in online]
        said = [word for one in online for word in (one.session, _text(one.claim))]
        answers = await self._questions.ask("EVAL", _ANNOUNCE, len(keys), *keys, gateway, seconds, *said)
        return [Found(newest == 1, tuple(where.decode() for where in elsewhere)) for newest, elsewhere in answers]

    async def leave(self, gateway: str, gone: Sequence[Online]) -> None:
        """See `Presence.leave`."""
        keys = [_key(one.player) for one in gone]
        said = [word for one in gone for word in (one.session, _text(one.claim))]
        await self._questions.ask("EVAL", _LEAVE, len(keys), *keys, gateway, *said)

    async def find(self, players: Sequence[PlayerId]) -> list[dict[str, str]]:
        """See `Presence.find`."""
        answers = await self._questions.ask("EVAL", _FIND, len(players), *map(_key, players))
        return [
            {session.decode(): gateway.decode() for session, gateway in zip(flat[::2], flat[1::2], strict=True)}
            for flat in answers
        ]

    async def report(self, gateway: str, report: bytes) -> dict[str, bytes]:
        """See `Presence.report`."""
        _, said = await asyncio.gather(
            self._questions.ask("HSET", REPORTS_KEY, gateway, report), self._questions.ask("HGETALL", REPORTS_KEY)
        )
        return {name.decode(): report for name, report in said.items()}

    async def forget(self, gateways: Sequence[str]) -> None:
        """See `Presence.forget`."""
        await self._questions.ask("HDEL", REPORTS_KEY, *gateways)


def _key(player: PlayerId) -> str:
    return f"{ONLINE_PREFIX}{player}"


def _text(claim: Claim) -> str:
    return f"{claim.epoch:020}.{claim.number:010}"
