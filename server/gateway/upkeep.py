"""The regular work of a gateway: deadlines, streams, quotas, and what it hears from the other gateways."""

from typing import Any, Final

from server.gateway.drain import Drain
from server.gateway.front import Front, Visitor
from server.gateway.resumption import Resumption
from server.gateway.session import State
from server.gateway.shared_rates import WINDOW_MS, RateExchange
from server.gateway.tasks import Tasks

SWEEP_SECONDS: Final = 1.0
"""How often what nobody waits for is looked after: stale streams, the lobby, idle quotas, tokens to keep."""
MS_PER_SECOND: Final = 1_000


class Upkeep:
    """Called with the time, it does what is due. `rates` are nothing for a gateway that has no neighbours."""

    def __init__(self, front: Front, resumption: Resumption, rates: RateExchange | None, tasks: Tasks) -> None:
        self._front = front
        self._resumption = resumption
        self._rates = rates
        self._tasks = tasks
        self._swept_at = self._told_at = front.clock.monotonic()
        self._is_exchanging = False
        self.drain: Drain | None = None

    def tick(self, now: float) -> None:
        """Do what is due. `now` in monotonic seconds."""
        front = self._front
        front.now_ms = front.clock.unix_ms()
        front.wheel.advance(now)
        if self.drain is not None:
            self.drain.advance(front.sockets.connections, now)
        if self._rates is not None and (now - self._told_at) * MS_PER_SECOND >= WINDOW_MS:
            self._told_at = now
            self._tell(self._rates)
        if now - self._swept_at >= SWEEP_SECONDS:
            self._swept_at = now
            self._sweep(now)

    def _tell(self, rates: RateExchange) -> None:
        alone = self._front.roll.gateways == 1
        self._tasks.start(lambda: rates.tell(self._front.now_ms, alone), lambda _: None)

    def _sweep(self, now: float) -> None:
        front = self._front
        front.hub.sweep(now)
        front.lobby.sweep(now)
        front.addresses.sweep(front.now_ms)
        front.players.sweep(front.now_ms)
        front.proofs.sweep(front.now_ms)
        if self._rates is not None:
            self._rates.set_gateways(front.roll.gateways)
            self._exchange(now)
        if front.alive:
            alive, front.alive = front.alive, []
            self._tasks.start(lambda: self._keep(alive), lambda _: None)

    async def _keep(self, visitors: list[Visitor]) -> None:
        """Their connections are alive: let their sessions live as long again, unless they are elsewhere by now."""
        alive = [one for one in visitors if one.session.state is State.OPEN]
        digests = [one.resume_digest for one in alive if one.resume_digest is not None]
        if digests:
            await self._resumption.keep(digests)
        for online in await self._front.roll.renew([one.online for one in alive if one.online is not None]):
            # The word of the newer claim got lost on its way here.
            self._front.claims.overtaken(online.session, online.claim)

    def _exchange(self, now: float) -> None:
        if self._is_exchanging:
            return

        async def work() -> None:
            self._is_exchanging = True
            try:
                await self._front.roll.exchange(self.report(), now)
            finally:
                self._is_exchanging = False

        self._tasks.start(work, lambda _: None)

    def report(self) -> dict[str, Any]:
        """What the other gateways are told of this one."""
        counters = self._front.counters
        return {
            "connections": counters.connections,
            "sessions": counters.sessions,
            "watching": self._front.hub.audiences(),
        }
