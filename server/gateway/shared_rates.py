"""What players use up at all gateways together: whoever uses much is told to the others a few times a second."""

from typing import Final

from structlog.typing import FilteringBoundLogger

from persistence.interfaces import StoreError
from persistence.presence import SharedRates
from protocol.ids import PlayerId
from server.gateway.buckets import MS_PER_SECOND, Bucket
from server.observe.metrics import GatewayCounters

WINDOW_MS: Final = 250.0
UNTOLD_SHARE: Final = 8
"""All gateways together may let a player have so much of the rate (one part in this many) without telling of it."""
AT_ONCE_MAX: Final = 1_000
"""Players in one question to the store; the others' turn comes in the next window."""


class SharedBucket:
    """A bucket whose tokens are taken at other gateways as well.

    `taken` are the tokens of this window, or since they were told last. Once there are as many as is worth telling, the
    bucket has itself noted.
    """

    __slots__ = ("_bucket", "_is_noted", "_rates", "_window_ends", "player", "taken")

    def __init__(self, per_second: float, burst: int, player: PlayerId, rates: "RateExchange") -> None:
        self._bucket = Bucket(per_second, burst)
        self.player = player
        self.taken = 0
        self._window_ends = 0.0
        self._is_noted = False
        self._rates = rates

    @property
    def full_at(self) -> float:
        """When (ms) all tokens will be back."""
        return self._bucket.full_at

    @property
    def interval_ms(self) -> float:
        """How long it takes for one token to come back."""
        return self._bucket.interval_ms

    def take(self, now_ms: float) -> bool:
        """Take a token, if there is one."""
        if not self._bucket.take(now_ms):
            return False
        if now_ms >= self._window_ends and not self._is_noted:
            self.taken = 0
            self._window_ends = now_ms + WINDOW_MS
        self.taken += 1
        if self.taken >= self._rates.worth_telling and not self._is_noted:
            self._is_noted = True
            self._rates.noted.append(self)
        return True

    def tell(self) -> int:
        """The tokens to be told now; those taken from here on are another time's."""
        told, self.taken = self.taken, 0
        self._is_noted = False
        self._window_ends = 0.0
        return told

    def told(self, now_ms: float, ahead_ms: float) -> None:
        """At all gateways together the bucket is so far ahead of the clock, without what was taken since `tell`."""
        bucket = self._bucket
        bucket.full_at = max(bucket.full_at, now_ms + ahead_ms + self.taken * bucket.interval_ms)


class RateExchange:
    """The rates of one gateway's players. Without a store each gateway limits its own part."""

    def __init__(
        self, rates: SharedRates, per_second: float, counters: GatewayCounters, log: FilteringBoundLogger
    ) -> None:
        self._rates = rates
        self._per_second = per_second
        self._counters = counters
        self._log = log
        self._works = True
        self._is_telling = False
        self.noted: list[SharedBucket] = []
        self.worth_telling = 1
        self.set_gateways(1)

    def set_gateways(self, gateways: int) -> None:
        """How many gateways there are: the more, the less of the rate may go untold at each of them."""
        window = self._per_second * WINDOW_MS / MS_PER_SECOND
        self.worth_telling = max(1, int(window / (UNTOLD_SHARE * gateways)))

    async def tell(self, now_ms: float, alone: bool) -> None:
        """Exchange what was noted with the other gateways; with nobody else there it is forgotten."""
        if self._is_telling or not self.noted:
            return
        buckets, self.noted = self.noted[:AT_ONCE_MAX], self.noted[AT_ONCE_MAX:]
        spent = [(bucket.player, bucket.tell()) for bucket in buckets]
        if alone:
            return
        self._is_telling = True
        try:
            ahead = await self._rates.spend(buckets[0].interval_ms, spent)
        except StoreError as error:
            self._counters.shared_state_failures += 1
            if self._works:
                self._log.warning("limits of players hold for each gateway alone for now", reason=str(error))
            self._works = False
            return
        finally:
            self._is_telling = False
        self._works = True
        for bucket, ahead_ms in zip(buckets, ahead, strict=True):
            bucket.told(now_ms, ahead_ms)
